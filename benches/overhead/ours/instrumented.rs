//! `#[instrumented]` functions, which tell the global dispatcher.

use std::sync::atomic::{AtomicU64, Ordering};

use buckets::instrumented;
use buckets::telemetry::{Dispatcher, Event};

#[inline(never)]
#[instrumented("bench.function")]
pub(crate) fn function(n: u64) -> u64 {
    n.wrapping_mul(3)
}

/// One of which the result is looked at.
#[inline(never)]
#[instrumented("bench.fallible")]
pub(crate) fn fallible(n: u64) -> Result<u64, std::io::Error> {
    Ok(n.wrapping_mul(3))
}

#[instrumented("bench.async_function")]
pub(crate) async fn async_function(n: u64) -> u64 {
    n.wrapping_mul(3)
}

/// Handlers that count, until dropped.
pub(crate) struct Counting(usize);

impl Counting {
    pub(crate) fn by(handlers: usize) -> Self {
        for index in 0..handlers {
            let count = AtomicU64::new(0);
            let handler = move |_: &Event<'_>| {
                count.fetch_add(1, Ordering::Relaxed);
            };
            Dispatcher::global().attach(id(index), "bench", handler).expect("each id is used once");
        }
        Self(handlers)
    }
}

impl Drop for Counting {
    fn drop(&mut self) {
        for index in 0..self.0 {
            Dispatcher::global().detach(&id(index));
        }
    }
}

fn id(index: usize) -> String {
    format!("bench-{index}")
}
