use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::telemetry::selector::Selector;
use crate::telemetry::{Candidate, Event, Handler, HandlerHealth, Sampler, Sampling, Scope};

/// A handler under its id.
pub(super) struct Attached {
    pub(super) id: Box<str>,
    /// The number of this attachment, from 1.
    pub(super) number: u64,
    pub(super) selectors: Box<[Selector]>,
    pub(super) handler: Box<dyn Handler>,
    pub(super) failures: AtomicU64,
}

impl Attached {
    pub(super) fn welcome(&self, scope: &Scope) {
        self.survives(|| self.handler.scope_created(scope));
    }

    /// Runs code of the handler; says, and counts, whether it panicked.
    #[inline]
    pub(super) fn survives(&self, code: impl FnOnce()) -> bool {
        // A handler has no state of ours in hand, so there is nothing to be found broken afterwards.
        let Err(payload) = catch_unwind(AssertUnwindSafe(code)) else { return true };
        self.failures.fetch_add(1, Ordering::Relaxed);
        discard(payload);
        false
    }
}

/// Calls each handler; gives back those that panicked, if any did.
#[inline]
pub(super) fn call(handlers: &[Arc<Attached>], event: &mut Event<'_>) -> Option<Vec<Arc<Attached>>> {
    let mut failed = None;
    for attached in handlers {
        event.attachment = attached.number;
        if !attached.survives(|| attached.handler.handle(event)) {
            failed.get_or_insert_with(Vec::new).push(Arc::clone(attached));
        }
    }
    failed
}

/// What `sampler` decides; if it panics, nothing.
pub(super) fn sample(sampler: &dyn Sampler, candidate: &Candidate<'_>) -> Sampling {
    catch_unwind(AssertUnwindSafe(|| sampler.sample(candidate))).unwrap_or_else(|payload| {
        discard(payload);
        Sampling::UNDECIDED
    })
}

/// Drops what a handler or sampler panicked with, which may itself panic when dropped.
#[cold]
fn discard(payload: Box<dyn Any + Send>) {
    if let Err(again) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(again);
    }
}

/// A handler as [`Dispatcher::list_handlers`](super::Dispatcher::list_handlers) shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HandlerInfo {
    /// Its id.
    pub id: Box<str>,
    /// What it is attached to.
    pub selectors: Vec<Box<str>>,
    /// How often it has panicked.
    pub failures: u64,
    /// How it is doing, as it says itself.
    pub health: HandlerHealth,
}

impl From<&Attached> for HandlerInfo {
    fn from(handler: &Attached) -> Self {
        let mut health = HandlerHealth::default();
        handler.survives(|| health = handler.handler.health());
        Self {
            health,
            id: handler.id.clone(),
            selectors: handler.selectors.iter().map(|selector| selector.as_str().into()).collect(),
            failures: handler.failures.load(Ordering::Relaxed),
        }
    }
}
