use crate::telemetry::{Event, Scope};

/// Something that wants to know what happens: a log, a registry of metrics, an error tracker.
///
/// Called in the thread where the event happens, while the operation waits: be quick, and never
/// block. A handler that panics is caught and counted, others are still called, and
/// `buckets.telemetry.handler.failure` is emitted. Events that a handler itself causes are dropped
/// and counted, so that no handler can call itself for ever.
///
/// Any `Fn(&Event<'_>)` is one:
///
/// ```
/// use buckets::telemetry::{Dispatcher, Event};
///
/// let dispatcher = Dispatcher::new();
/// dispatcher.attach("printer", "buckets.cloud.*.exception", |event: &Event<'_>| {
///     eprintln!("{} failed: {:?}", event.operation(), event.kind());
/// })?;
/// # Ok::<(), buckets::telemetry::AttachError>(())
/// ```
pub trait Handler: Send + Sync + 'static {
    /// Takes note of an event.
    fn handle(&self, event: &Event<'_>);

    /// Takes note of a named scope, which is that of a cloud as a rule: when it comes into being,
    /// or when the handler is attached and it is there already. May be told the same more than once.
    fn scope_created(&self, scope: &Scope) {
        let _ = scope;
    }

    /// How the handler itself is doing, for [`Dispatcher::list_handlers`](super::Dispatcher::list_handlers)
    /// and metrics.
    fn health(&self) -> HandlerHealth {
        HandlerHealth::default()
    }
}

/// How a handler is doing that keeps events for later.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HandlerHealth {
    /// How much waits to be delivered; [`None`] for a handler in which nothing waits.
    pub queue_length: Option<u64>,
    /// How much could not be delivered until now, by reason.
    pub dropped: Vec<(&'static str, u64)>,
}

impl<F: Fn(&Event<'_>) + Send + Sync + 'static> Handler for F {
    fn handle(&self, event: &Event<'_>) {
        self(event);
    }
}
