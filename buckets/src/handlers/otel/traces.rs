use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use opentelemetry::Context;
use opentelemetry::global::{self, BoxedTracer};
use opentelemetry::trace::{SpanBuilder, TraceContextExt, Tracer, TracerProvider};

use super::describe::{self, Description};
use super::entered;
use super::open::{self, Open};
use crate::handlers::by_event::ByEvent;
use crate::telemetry::{AttachError, Dispatcher, Event, Handler, Outcome, Stage, current};

/// Makes a span of OpenTelemetry's of every operation.
///
/// ```
/// use buckets::handlers::otel::Traces;
/// use buckets::telemetry::Dispatcher;
///
/// // after `opentelemetry::global::set_tracer_provider(..)`
/// Traces::new().attach(&Dispatcher::global())?;
/// # Ok::<(), buckets::telemetry::AttachError>(())
/// ```
///
/// # Which spans
///
/// | event | span | kind |
/// |---|---|---|
/// | `buckets.cloud.insert` | `buckets.insert` | internal |
/// | `buckets.adapter.put` of S3 and Google Cloud Storage | `S3.PutObject`, `GCS.objects.insert` | client |
/// | of other adapters | `volume.put` | internal for memory, volume and signing, else client |
/// | of yours | the event's name | internal |
///
/// What merely happens in an operation, such as a retry, is an event of its span. A span covers what its
/// operation does, the body of a download included.
///
/// | attribute | |
/// |---|---|
/// | `buckets.operation`, `buckets.adapter`, `buckets.cloud` | from the start, for the SDK's sampler |
/// | `server.address`, `server.port` | of a request to a store, where the adapter knows it |
/// | `buckets.content_type` | the top-level type, where known |
/// | `buckets.key` | as the dispatcher's [`KeyPolicy`](crate::telemetry::KeyPolicy) shows it: not at all unless set |
/// | `buckets.outcome` | `success`, `expected`, `error`, `panic` or `cancelled` |
/// | `error.type` | of a failure: its [kind](crate::ErrorKind), and the span's status is an error |
/// | `buckets.kind` | of an expected error, which is none to OpenTelemetry |
/// | `buckets.bytes`, `buckets.attempts`, `buckets.time_to_first_byte` (seconds) | where known |
/// | `http.response.status_code`, `aws.request_id` or `buckets.request_id` | of an error from a store |
/// | `buckets.weight` | for how many operations a sampled span stands, if for more than itself |
/// | those of your own events | under their own names |
///
/// # Context
///
/// The parent is the operation that this one is part of, else the span that is current in OpenTelemetry.
/// While its code runs, an operation's span is current there, poll by poll, so that what an instrumented HTTP
/// client does within is part of it. `tracing-opentelemetry` takes its parents from there and puts its spans
/// there (its context activation, on by default), so that spans of `tracing` are parts of operations and the
/// other way around. This library makes no spans of `tracing`, so none are there twice.
///
/// # Sampling
///
/// What is [left out](Event::weight) of sampled sinks makes no span, and the SDK may leave out more. An operation
/// that turns out to be worth telling at its end gets its span then: its parts are beside it, not below it.
/// So does what was open when this was attached, and what is beyond 65,536 open spans.
///
/// Clones are the same handler.
#[derive(Clone)]
pub struct Traces {
    shared: Arc<Shared>,
    selectors: Arc<[String]>,
}

struct Shared {
    tracer: BoxedTracer,
    descriptions: ByEvent<Description>,
}

impl Traces {
    /// The id under which it is attached.
    pub const ID: &'static str = "opentelemetry.traces";

    /// A handler for the tracer provider that is OpenTelemetry's global one now.
    pub fn new() -> Self {
        Self::of(global::tracer_with_scope(super::scope()))
    }

    /// A handler for this tracer provider.
    pub fn with_provider<P>(provider: &P) -> Self
    where
        P: TracerProvider,
        P::Tracer: Send + Sync + 'static,
        <P::Tracer as Tracer>::Span: Send + Sync + 'static,
    {
        Self::of(BoxedTracer::new(Box::new(provider.tracer_with_scope(super::scope()))))
    }

    fn of(tracer: BoxedTracer) -> Self {
        Self { shared: Arc::new(Shared { tracer, descriptions: ByEvent::new() }), selectors: [String::new()].into() }
    }

    /// Only of these events, as [`Dispatcher::attach`] takes them; of all unless set.
    #[must_use]
    pub fn select<S: Into<String>>(self, selectors: impl IntoIterator<Item = S>) -> Self {
        Self { selectors: selectors.into_iter().map(Into::into).collect(), ..self }
    }

    /// Attaches this handler to `dispatcher`, under the id [`ID`](Self::ID).
    ///
    /// # Errors
    /// [`AttachError::AlreadyAttached`] if there is one already,
    /// [`InvalidSelector`](AttachError::InvalidSelector) for a selection that is none.
    pub fn attach(&self, dispatcher: &Dispatcher) -> Result<(), AttachError> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let selectors: Vec<_> = self.selectors.iter().map(String::as_str).collect();
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        dispatcher.attach_many(Self::ID, &selectors, Attachment { shared: Arc::clone(&self.shared), number })?;
        current::set_follower(entered::follow);
        Ok(())
    }
}

impl Default for Traces {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Traces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Traces").field("selectors", &self.selectors).finish_non_exhaustive()
    }
}

/// A handler at a dispatcher.
struct Attachment {
    shared: Arc<Shared>,
    number: u64,
}

impl Handler for Attachment {
    fn handle(&self, event: &Event<'_>) {
        match (event.stage(), event.outcome()) {
            (Stage::Start, _) => self.begin(event),
            (_, Some(outcome)) => self.end(event, outcome),
            _ => happen(event),
        }
    }
}

impl Attachment {
    fn begin(&self, event: &Event<'_>) {
        if event.weight().is_some() {
            let begun = event.system_time();
            let context = self.shared.start(event, begun);
            let open = Open { attachment: self.number, context, begun, started: event.started() };
            open::insert(event.span_id(), open);
        }
    }

    fn end(&self, event: &Event<'_>, outcome: Outcome) {
        let duration = event.duration().unwrap_or_default();
        let (context, ended) = match open::take(event.span_id()) {
            Some(open) => (open.context, open.begun + duration),
            None if event.weight().is_some() => {
                let now = event.system_time();
                (self.shared.start(event, now.checked_sub(duration).unwrap_or(now)), now)
            }
            None => return,
        };
        let span = context.span();
        span.set_attributes(describe::end(event, outcome));
        if outcome.is_failure() {
            span.add_event_with_timestamp("exception", ended, describe::exception(event));
        }
        span.set_status(describe::status(outcome));
        span.end_with_timestamp(ended);
        open::note_end(event.span_id(), span.span_context());
    }
}

impl Shared {
    /// A context with a new span in it.
    fn start(&self, event: &Event<'_>, begun: SystemTime) -> Context {
        let parent = entered::context_within(event.parent_id());
        let build = |description: &Description| {
            SpanBuilder::from_name(description.name.clone())
                .with_kind(description.kind.clone())
                .with_start_time(begun)
                .with_attributes(description.start(event))
        };
        let builder = self.descriptions.with(event, || Description::of(event), build);
        let span = self.tracer.build_with_context(builder, &parent);
        parent.with_span(span)
    }
}

/// Something that happens within an operation.
fn happen(event: &Event<'_>) {
    if let Some(open) = open::get(event.span_id()) {
        let when = open.begun + event.started().since(open.started);
        let attributes = super::attributes::own(event).collect();
        open.context.span().add_event_with_timestamp(event.name().as_str(), when, attributes);
    }
}

impl Drop for Attachment {
    fn drop(&mut self) {
        open::forget(self.number);
    }
}
