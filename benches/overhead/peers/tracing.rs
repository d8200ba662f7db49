//! `#[tracing::instrument]`, without a subscriber and with one that counts.

use std::sync::atomic::{AtomicU64, Ordering};

use ::tracing::span::{Attributes, Id, Record};
use ::tracing::subscriber::{DefaultGuard, set_default};
use ::tracing::{Event, Metadata, Subscriber};

#[inline(never)]
#[::tracing::instrument(skip_all)]
pub(crate) fn function(n: u64) -> u64 {
    n.wrapping_mul(3)
}

#[::tracing::instrument(skip_all)]
pub(crate) async fn async_function(n: u64) -> u64 {
    n.wrapping_mul(3)
}

/// Counts beginnings and ends, and does not look at the clock.
#[derive(Default)]
struct Count {
    begun: AtomicU64,
    ended: AtomicU64,
}

impl Subscriber for Count {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(self.begun.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}

    fn try_close(&self, _: Id) -> bool {
        self.ended.fetch_add(1, Ordering::Relaxed);
        true
    }
}

/// From here on spans are counted in this thread, until the guard is dropped.
pub(crate) fn count() -> DefaultGuard {
    set_default(Count::default())
}
