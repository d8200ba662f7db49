//! A client of Sentry that keeps what it is to send.

use std::future::Future;
use std::sync::Arc;

use sentry::protocol::{Context, Event, Value};
use sentry::test::TestTransport;
use sentry::{ClientOptions, Envelope, Hub, SentryFutureExt};

/// Where reports come in, and the hub that sends them there.
pub(crate) struct Inbox {
    transport: Arc<TestTransport>,
    hub: Arc<Hub>,
}

impl Inbox {
    pub(crate) fn new() -> Self {
        Self::with(ClientOptions::new())
    }

    pub(crate) fn with(options: ClientOptions) -> Self {
        let transport = TestTransport::new();
        let options = options.dsn("http://public@sentry.invalid/1").transport(Arc::clone(&transport));
        let hub = Arc::new(Hub::new(Some(Arc::new(options.into())), Arc::default()));
        Self { transport, hub }
    }

    pub(crate) fn hub(&self) -> &Arc<Hub> {
        &self.hub
    }

    /// Does `work` with this inbox's hub as the current one.
    pub(crate) async fn during<F: Future>(&self, work: F) -> F::Output {
        work.bind_hub(Arc::clone(&self.hub)).await
    }

    /// What came in since last asked.
    pub(crate) fn events(&self) -> Vec<Event<'static>> {
        self.transport.fetch_and_clear_events()
    }

    /// What came in since last asked, as it goes over the wire.
    pub(crate) fn envelopes(&self) -> Vec<Vec<u8>> {
        let written = |envelope: &Envelope| {
            let mut bytes = Vec::new();
            envelope.to_writer(&mut bytes).expect("memory takes it");
            bytes
        };
        self.transport.fetch_and_clear_envelopes().iter().map(written).collect()
    }

    /// The one event that came in.
    #[track_caller]
    pub(crate) fn one(&self) -> Event<'static> {
        let [event] = self.events().try_into().unwrap_or_else(|events| panic!("want one event: {events:#?}"));
        event
    }
}

/// A value of an event's context `storage`.
pub(crate) fn storage<'a>(event: &'a Event<'_>, name: &str) -> Option<&'a Value> {
    match event.contexts.get("storage") {
        Some(Context::Other(values)) => values.get(name),
        other => panic!("no context `storage`: {other:?}"),
    }
}
