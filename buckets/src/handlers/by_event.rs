//! What a handler keeps for each kind of event of each scope.

use std::marker::PhantomData;

use super::by_number::ByNumber;
use crate::telemetry::{Event, Scope};

/// Finds a handler's own value for an event in the event's scope, so that it goes when the scope goes. Finding
/// takes no lock.
pub(super) struct ByEvent<T> {
    slot: usize,
    values: PhantomData<fn() -> T>,
}

impl<T: Send + Sync + 'static> ByEvent<T> {
    pub(super) fn new() -> Self {
        Self { slot: Scope::new_slot(), values: PhantomData }
    }

    /// Calls `with` on the value for `event`, made by `make` when the event first comes.
    #[inline]
    pub(super) fn with<R>(&self, event: &Event<'_>, make: impl FnOnce() -> T, with: impl FnOnce(&T) -> R) -> R {
        let number = event.name().id();
        event.scope().local(self.slot, ByNumber::<T>::default, |known| with(known.get_or_make(number, make)))
    }
}
