use std::sync::Arc;

use super::{Dispatcher, Shared};
use crate::telemetry::clock::ClockSource;
use crate::telemetry::{Clock, KeyPolicy};

/// Makes a [`Dispatcher`] with another clock or key policy.
#[derive(Clone, Debug)]
pub struct DispatcherBuilder {
    pub(super) clock: ClockSource,
    pub(super) key_policy: Option<KeyPolicy>,
}

impl DispatcherBuilder {
    /// Takes the time from `clock`.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = ClockSource::Injected(Arc::new(clock));
        self
    }

    /// Shows this much of keys.
    pub fn key_policy(mut self, policy: KeyPolicy) -> Self {
        self.key_policy = Some(policy);
        self
    }

    /// The dispatcher.
    pub fn build(self) -> Dispatcher {
        let dispatcher = Dispatcher(Some(Arc::new(Shared::new(self.clock))));
        if let Some(policy) = self.key_policy {
            dispatcher.set_key_policy(policy);
        }
        dispatcher
    }
}
