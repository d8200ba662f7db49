//! `#[tracing::instrument]` in a program that never sets a subscriber.

#[inline(never)]
#[::tracing::instrument(skip_all)]
pub(crate) fn function(n: u64) -> u64 {
    n.wrapping_mul(3)
}

#[::tracing::instrument(skip_all)]
pub(crate) async fn async_function(n: u64) -> u64 {
    n.wrapping_mul(3)
}
