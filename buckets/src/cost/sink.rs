use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};

use super::Charge;

/// Somebody who wants to know of every charge, with the tenant: a billing system. Any
/// `Fn(&Charge<'_>)` is one.
///
/// Called in the thread where an attempt or a body ends, so it must be quick. One that panics is caught
/// and [counted](super::Snapshot::sink_failures).
pub trait CostSink: Send + Sync + 'static {
    /// Takes note of a charge of more than nothing: some requests, or some bytes.
    fn charged(&self, charge: &Charge<'_>);
}

impl<F: Fn(&Charge<'_>) + Send + Sync + 'static> CostSink for F {
    fn charged(&self, charge: &Charge<'_>) {
        self(charge);
    }
}

/// Where the charges of a ledger go.
#[derive(Default)]
pub(super) struct Outlet {
    sink: Option<Box<dyn CostSink>>,
    failures: AtomicU64,
}

impl Outlet {
    pub(super) fn new(sink: impl CostSink) -> Self {
        Self { sink: Some(Box::new(sink)), failures: AtomicU64::new(0) }
    }

    pub(super) fn tell(&self, charge: &Charge<'_>) {
        let Some(sink) = &self.sink else { return };
        // A charge may be told while a body is dropped, where a panic would end the program.
        if charge.quantity > 0 && catch_unwind(AssertUnwindSafe(|| sink.charged(charge))).is_err() {
            self.failures.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }
}

impl fmt::Debug for Outlet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outlet").field("failures", &self.failures()).finish_non_exhaustive()
    }
}
