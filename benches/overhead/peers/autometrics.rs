//! `#[autometrics]` with its Prometheus backend, which is on from the start.

use ::autometrics::autometrics;

#[inline(never)]
#[autometrics]
pub(crate) fn function(n: u64) -> u64 {
    n.wrapping_mul(3)
}

#[autometrics]
pub(crate) async fn async_function(n: u64) -> u64 {
    n.wrapping_mul(3)
}
