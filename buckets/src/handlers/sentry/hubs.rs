//! Where failures of bodies are reported to.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sentry_core::Hub;

use crate::telemetry::catalogue::names;
use crate::telemetry::{EventName, SpanId};

/// The operations that end with a body. It may be read long after the request that asked for it was
/// answered, by whatever task sends it out, so that another hub is current then.
pub(super) static STREAMED: [&EventName; 2] = [&names::CLOUD_READER, &names::ADAPTER_GET];

/// The hubs that were current when operations with a body began.
#[derive(Debug, Default)]
pub(super) struct Hubs(Mutex<HashMap<SpanId, Arc<Hub>>>);

impl Hubs {
    /// Remembers the current hub for `span`, until it is [taken](Self::take).
    pub(super) fn remember(&self, span: SpanId) {
        if let Some(hub) = active(Hub::current()) {
            self.lock().insert(span, hub);
        }
    }

    pub(super) fn take(&self, span: SpanId) -> Option<Arc<Hub>> {
        self.lock().remove(&span)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SpanId, Arc<Hub>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The hub, if a client is bound to it that sends.
pub(super) fn active(hub: Arc<Hub>) -> Option<Arc<Hub>> {
    hub.client().is_some_and(|client| client.is_enabled()).then_some(hub)
}
