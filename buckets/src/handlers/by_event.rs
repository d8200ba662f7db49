//! What a handler keeps for each kind of event of each scope.

use std::marker::PhantomData;
use std::sync::{Arc, PoisonError, RwLock};

use crate::telemetry::{Event, Scope};

/// Finds a handler's own value for an event in the event's scope, so that it goes when the scope goes.
pub(super) struct ByEvent<T> {
    slot: usize,
    values: PhantomData<fn() -> T>,
}

/// By the event's number, which are dense.
type Known<T> = RwLock<Vec<Option<Arc<T>>>>;

impl<T: Send + Sync + 'static> ByEvent<T> {
    pub(super) fn new() -> Self {
        Self { slot: Scope::new_slot(), values: PhantomData }
    }

    /// Calls `with` on the value for `event`, made by `make` when the event first comes.
    #[inline]
    pub(super) fn with<R>(&self, event: &Event<'_>, make: impl FnOnce() -> Arc<T>, with: impl FnOnce(&T) -> R) -> R {
        let id = event.name().id();
        event.scope().local(self.slot, Known::<T>::default, |known| {
            let read = known.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(Some(value)) = read.get(id) {
                return with(value);
            }
            drop(read);
            let mut write = known.write().unwrap_or_else(PoisonError::into_inner);
            if write.len() <= id {
                write.resize_with(id + 1, || None);
            }
            let value = Arc::clone(write[id].get_or_insert_with(make));
            drop(write);
            with(&value)
        })
    }
}
