use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use pin_project_lite::pin_project;

use crate::error::Error;
use crate::key::Key;
use crate::telemetry::{Event, EventName, Field, KeyPolicy, Measurement, Outcome, Scope, SpanId, Stage, Timestamp};

/// An operation under observation: one `start`, and exactly one `stop` or `exception`, whatever happens.
///
/// Until told otherwise a span's outcome is *cancelled*: dropping it says that whoever waited went
/// away, or, while the stack unwinds out of its code, that the code panicked. [`end`](Self::end)
/// and its shorthands say how it really went. All but the first relaxed load is skipped while
/// nobody listens, and nothing is ever allocated.
///
/// ```
/// use buckets::telemetry::{EventName, Scope, Span};
///
/// static RESIZE: EventName = EventName::new("my_app.image.resize");
///
/// let span = Span::start(&Scope::global(), &RESIZE);
/// // ... the work ...
/// span.succeed();
/// ```
#[must_use = "a span that is dropped at once reports a cancelled operation"]
pub struct Span(Option<Active>);

struct Active {
    data: SpanData,
    /// Whether the code under observation is running on the stack above, so that unwinding through
    /// here is its panic and not that of whoever dropped it.
    running: bool,
}

/// What all events of a span have in common.
pub(crate) struct SpanData {
    pub(crate) scope: Scope,
    pub(crate) name: &'static EventName,
    pub(crate) operation: &'static str,
    pub(crate) id: SpanId,
    pub(crate) parent: Option<SpanId>,
    pub(crate) started: Timestamp,
    pub(crate) key: Option<Key>,
    pub(crate) content_type: Option<&'static str>,
    pub(crate) bytes: Option<u64>,
    pub(crate) first_byte: Option<Timestamp>,
    pub(crate) attempts: u32,
    /// The latest attachment to the dispatcher that was told of the start.
    pub(crate) told: u64,
}

/// What only the last event of a span has.
pub(crate) struct SpanEnd<'a> {
    pub(crate) duration: Duration,
    pub(crate) outcome: Outcome,
    pub(crate) error: Option<&'a (dyn StdError + 'static)>,
}

impl SpanData {
    /// The frame of a point event that happens within `span`.
    pub(crate) fn point(span: &Self, name: &'static EventName, now: Timestamp) -> Self {
        Self {
            scope: span.scope.clone(),
            name,
            operation: span.operation,
            id: span.id,
            parent: span.parent,
            started: now,
            key: None,
            content_type: None,
            bytes: None,
            first_byte: None,
            attempts: 0,
            told: span.told,
        }
    }
}

/// What is known of an operation when it begins; all of it optional.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct SpanStart<'a> {
    /// The operation's name; the last segment of the event's name if absent.
    pub operation: Option<&'static str>,
    /// The span this one is part of.
    pub parent: Option<SpanId>,
    /// The object's key; events show what the [`KeyPolicy`] allows.
    pub key: Option<&'a Key>,
    /// The content type; events show its top-level type.
    pub content_type: Option<&'a str>,
    /// Further metadata of the start event.
    pub fields: &'a [Field<'a>],
}

impl<'a> SpanStart<'a> {
    /// Nothing known.
    pub const fn new() -> Self {
        Self { operation: None, parent: None, key: None, content_type: None, fields: &[] }
    }

    /// Sets the operation's name.
    pub const fn operation(mut self, operation: &'static str) -> Self {
        self.operation = Some(operation);
        self
    }

    /// Sets the span this one is part of.
    pub const fn parent(mut self, parent: Option<SpanId>) -> Self {
        self.parent = parent;
        self
    }

    /// Sets the object's key.
    pub const fn key(mut self, key: &'a Key) -> Self {
        self.key = Some(key);
        self
    }

    /// Sets the content type.
    pub const fn content_type(mut self, content_type: Option<&'a str>) -> Self {
        self.content_type = content_type;
        self
    }

    /// Sets further metadata of the start event.
    pub const fn fields(mut self, fields: &'a [Field<'a>]) -> Self {
        self.fields = fields;
        self
    }
}

impl Span {
    /// Begins an operation of which no more is known than its name.
    #[inline]
    pub fn start(scope: &Scope, name: &'static EventName) -> Self {
        Self::start_with(scope, name, SpanStart::new)
    }

    /// Begins an operation; `what` is only called if somebody listens.
    #[inline]
    pub fn start_with<'a>(scope: &Scope, name: &'static EventName, what: impl FnOnce() -> SpanStart<'a>) -> Self {
        if scope.is_active() { Self::begin(scope, name, what()) } else { Self(None) }
    }

    /// A span that observes nothing.
    pub const fn disabled() -> Self {
        Self(None)
    }

    #[inline(never)]
    fn begin(scope: &Scope, name: &'static EventName, what: SpanStart<'_>) -> Self {
        let dispatcher = scope.dispatcher_ref();
        if !dispatcher.wants(name) {
            return Self(None);
        }
        let shows_keys = !matches!(dispatcher.key_policy(), KeyPolicy::Omit);
        let mut data = SpanData {
            scope: scope.clone(),
            name,
            operation: what.operation.unwrap_or_else(|| name.last_segment()),
            id: SpanId::next(),
            parent: what.parent,
            started: dispatcher.now(),
            key: what.key.filter(|_| shows_keys).cloned(),
            content_type: what.content_type.map(top_level_type),
            bytes: None,
            first_byte: None,
            attempts: 0,
            told: 0,
        };
        data.told = dispatcher.emit(&Event {
            name,
            stage: Stage::Start,
            span: &data,
            end: None,
            measurements: &[],
            fields: what.fields,
            attachment: 0,
        });
        Self(Some(Active { data, running: true }))
    }

    /// Whether anybody listens to this span.
    pub fn is_enabled(&self) -> bool {
        self.0.is_some()
    }

    /// The number of this span; [`None`] while nobody listens.
    pub fn id(&self) -> Option<SpanId> {
        self.0.as_ref().map(|active| active.data.id)
    }

    /// Counts bytes of content moved.
    pub fn add_bytes(&mut self, bytes: u64) {
        if let Some(active) = &mut self.0 {
            active.data.bytes = Some(active.data.bytes.unwrap_or(0).saturating_add(bytes));
        }
    }

    /// Notes that the first byte of a body has come; only the first call counts.
    pub fn first_byte(&mut self) {
        if let Some(Active { data, .. }) = &mut self.0 {
            if data.first_byte.is_none() {
                data.first_byte = Some(data.scope.dispatcher_ref().now());
            }
        }
    }

    /// Sets how many attempts the operation took.
    pub fn set_attempts(&mut self, attempts: u32) {
        if let Some(active) = &mut self.0 {
            active.data.attempts = attempts;
        }
    }

    /// Emits a point event within this operation: it carries this span's id.
    pub fn point(&self, name: &'static EventName, measurements: &[Measurement], fields: &[Field<'_>]) {
        if let Some(active) = &self.0 {
            let dispatcher = active.data.scope.dispatcher_ref();
            let span = SpanData::point(&active.data, name, dispatcher.now());
            let end = None;
            dispatcher.emit(&Event {
                name,
                stage: Stage::Point,
                span: &span,
                end,
                measurements,
                fields,
                attachment: 0,
            });
        }
    }

    /// The operation did what was asked.
    #[inline]
    pub fn succeed(self) {
        self.end(Outcome::Success, None);
    }

    /// The operation failed with a storage error.
    pub fn fail(self, error: &Error) {
        self.end(Outcome::Error(error.kind()), Some(error));
    }

    /// The operation ended so.
    #[inline]
    pub fn end(self, outcome: Outcome, error: Option<&(dyn StdError + 'static)>) {
        self.end_with(outcome, error, &[], &[]);
    }

    /// The operation ended so; with further measurements and metadata.
    #[inline]
    pub fn end_with(
        mut self,
        outcome: Outcome,
        error: Option<&(dyn StdError + 'static)>,
        measurements: &[Measurement],
        fields: &[Field<'_>],
    ) {
        if let Some(active) = self.0.take() {
            active.finish(outcome, error, measurements, fields);
        }
    }

    /// Observes `future`; `finish` gets the span back with the output and ends it.
    ///
    /// If the future is dropped before its end the span is cancelled; if it panics, the panic goes
    /// on and the span says so.
    pub fn watch<F, N>(mut self, future: F, finish: N) -> Watched<F, N>
    where
        F: Future,
        N: FnOnce(Self, &F::Output),
    {
        self.set_running(false);
        Watched { future, state: Some((self, finish)) }
    }

    /// Says whether the code under observation runs on the stack above this call; see [`watch`](Self::watch).
    pub(crate) fn set_running(&mut self, running: bool) {
        if let Some(active) = &mut self.0 {
            active.running = running;
        }
    }
}

impl Active {
    #[inline(never)]
    fn finish(
        &self,
        outcome: Outcome,
        error: Option<&(dyn StdError + 'static)>,
        measurements: &[Measurement],
        fields: &[Field<'_>],
    ) {
        let data = &self.data;
        let dispatcher = data.scope.dispatcher_ref();
        let end = SpanEnd { duration: dispatcher.now().since(data.started), outcome, error };
        dispatcher.emit(&Event {
            name: data.name,
            stage: outcome.stage(),
            span: data,
            end: Some(&end),
            measurements,
            fields,
            attachment: 0,
        });
    }
}

impl Drop for Span {
    #[inline]
    fn drop(&mut self) {
        if let Some(active) = &self.0 {
            let panicked = active.running && std::thread::panicking();
            active.finish(if panicked { Outcome::Panic } else { Outcome::Cancelled }, None, &[], &[]);
        }
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(active) => f.debug_tuple("Span").field(active.data.name).field(&active.data.id).finish(),
            None => f.write_str("Span(disabled)"),
        }
    }
}

pin_project! {
    /// A future under observation; made by [`Span::watch`].
    #[must_use = "futures do nothing unless polled"]
    pub struct Watched<F, N> {
        // Dropped before the span, so that what the future does last is still part of it.
        #[pin]
        future: F,
        state: Option<(Span, N)>,
    }
}

impl<F, N> Future for Watched<F, N>
where
    F: Future,
    N: FnOnce(Span, &F::Output),
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        set_running(this.state, true);
        let polled = this.future.poll(context);
        set_running(this.state, false);
        let output = ready!(polled);
        if let Some((span, finish)) = this.state.take() {
            finish(span, &output);
        }
        Poll::Ready(output)
    }
}

fn set_running<N>(state: &mut Option<(Span, N)>, running: bool) {
    if let Some((span, _)) = state {
        span.set_running(running);
    }
}

impl<F, N> fmt::Debug for Watched<F, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watched").field("span", &self.state.as_ref().map(|(span, _)| span)).finish_non_exhaustive()
    }
}

/// The registered top-level types (RFC 6838 and successors); a closed set, because users choose content types.
fn top_level_type(content_type: &str) -> &'static str {
    const TYPES: [&str; 10] =
        ["application", "audio", "example", "font", "haptics", "image", "message", "model", "text", "video"];
    let top = content_type.split('/').next().unwrap_or(content_type);
    TYPES.into_iter().find(|known| top.eq_ignore_ascii_case(known)).unwrap_or("other")
}
