use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::mem::ManuallyDrop;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::thread::panicking;
use std::time::Duration;

use crate::error::Error;
use crate::key::Key;
use crate::telemetry::kept::Kept;
use crate::telemetry::spare::{self, Spare};
use crate::telemetry::top_level_type::TopLevelType;
use crate::telemetry::{
    Candidate, CurrentSpan, Event, EventName, Field, KeyPolicy, Level, Measurement, Outcome, Sampling, Scope, SpanId,
    SpanStart, Stage, Timestamp, Watched,
};

/// An operation under observation: one `start`, and exactly one `stop` or `exception`, whatever happens.
///
/// Until told otherwise a span's outcome is *cancelled*: dropping it says that whoever waited went
/// away. [`end`](Self::end) and its shorthands say how it really went. A panic is told from that:
/// - while the span is a guard on the stack of the code under observation, unwinding through it is
///   a panic of that code;
/// - a span that lives in a future belongs into [`watch`](Self::watch), or calls the code through
///   [`run`](Self::run) if the future is written by hand. Only a panic of that code is a panic then,
///   also if it is caught on its way; a future dropped because its sibling panicked is cancelled.
///
/// All but the first relaxed load is skipped while no handler is attached, and in the long run
/// nothing is allocated. Who attaches in between hears of the end without having heard of the start
/// ([`start_was_told`](Event::start_was_told)), if anybody was attached then. A span begun by a handler while it handles an event is a disabled one, and one
/// ended there is told of when the handler is done, without its error.
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
pub struct Span(
    /// Taken out by `drop`: what is left would be looked at again, though it is nothing.
    ManuallyDrop<Option<Box<Active>>>,
);

/// A span somebody listens to. Boxed, so that it is cheap to move through futures and answers.
pub(super) struct Active {
    pub(super) data: SpanData,
    place: Place,
    /// Whether the body came in one piece, so that its first byte came when the span ends.
    in_one_piece: bool,
    /// What was current before the span was entered. Here, so that what leaves it is a pointer and
    /// no more: a larger one would be moved, which takes longer than all else.
    before: CurrentSpan,
    pub(super) spare: Spare,
}

/// Where a span is, which decides what its being dropped means.
#[derive(Clone, Copy)]
enum Place {
    /// On the stack of its code: unwinding is a panic of that code, unless the thread was
    /// `unwinding` before, out of other code.
    Guard { unwinding: bool },
    /// In a future or a body at rest: whoever drops it went away, whatever the reason.
    AtRest,
    /// In a future or a body whose code was called and has not come back: it panicked.
    Running,
}

impl Place {
    fn guard() -> Self {
        Self::Guard { unwinding: panicking() }
    }

    fn outcome_of_drop(self) -> Outcome {
        match self {
            Self::Guard { unwinding } if panicking() && !unwinding => Outcome::Panic,
            Self::Guard { .. } | Self::AtRest => Outcome::Cancelled,
            Self::Running => Outcome::Panic,
        }
    }
}

/// What all events of a span have in common.
#[derive(Clone)]
pub(crate) struct SpanData {
    pub(crate) scope: Scope,
    pub(crate) name: &'static EventName,
    pub(crate) operation: &'static str,
    pub(crate) id: SpanId,
    pub(crate) parent: Option<SpanId>,
    pub(crate) sampling: Sampling,
    pub(crate) started: Timestamp,
    pub(crate) key: Option<Key>,
    pub(crate) content_type: Option<TopLevelType>,
    pub(crate) bytes: Option<u64>,
    pub(crate) first_byte: Option<Timestamp>,
    pub(crate) attempts: u32,
    pub(crate) kept: Option<Box<Kept>>,
    pub(crate) level: Option<Level>,
    pub(crate) slow_after: Option<Duration>,
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
    /// Something of this name that is now, with the number `id`.
    pub(crate) fn new(scope: &Scope, name: &'static EventName, id: SpanId, what: &SpanStart<'_>) -> Self {
        let mut data = Self::blank(name, id);
        data.fill(scope, name, id, what);
        data
    }

    fn blank(name: &'static EventName, id: SpanId) -> Self {
        Self {
            scope: Scope::global(),
            name,
            operation: "",
            id,
            parent: None,
            sampling: Sampling::UNDECIDED,
            started: Timestamp::default(),
            key: None,
            content_type: None,
            bytes: None,
            first_byte: None,
            attempts: 0,
            kept: None,
            level: None,
            slow_after: None,
            told: 0,
        }
    }

    /// Becomes that, where it stands: to make one elsewhere and move it takes longer.
    #[inline]
    fn fill(&mut self, scope: &Scope, name: &'static EventName, id: SpanId, what: &SpanStart<'_>) {
        let dispatcher = scope.dispatcher_ref();
        let stands_alone = what.is_root || what.parent.is_some();
        let current = if stands_alone { CurrentSpan::default() } else { CurrentSpan::get() };
        let shows_keys = || !matches!(dispatcher.key_policy(), KeyPolicy::Omit);
        self.scope = scope.clone();
        self.name = name;
        self.operation = what.operation.unwrap_or_else(|| name.last_segment());
        self.id = id;
        self.parent = what.parent.or(current.id());
        self.sampling = what.sampling.or(current.sampling());
        self.started = dispatcher.now();
        self.key = what.key.filter(|_| shows_keys()).cloned();
        self.content_type = what.content_type.map(TopLevelType::of);
        self.bytes = None;
        self.first_byte = None;
        self.attempts = 0;
        self.kept = Kept::of(what.kept_measurements, what.kept_fields);
        self.level = what.level;
        self.slow_after = what.slow_after;
        self.told = 0;
    }

    /// The frame of a point event that happens within `span`.
    pub(crate) fn point(span: &Self, name: &'static EventName, now: Timestamp) -> Self {
        Self {
            scope: span.scope.clone(),
            name,
            operation: span.operation,
            id: span.id,
            parent: span.parent,
            sampling: span.sampling,
            started: now,
            key: None,
            content_type: None,
            bytes: None,
            first_byte: None,
            attempts: 0,
            kept: None,
            level: span.level,
            slow_after: None,
            told: span.told,
        }
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
        if scope.is_active() { Self::begin(scope, name, what()) } else { Self::disabled() }
    }

    /// A span that observes nothing.
    pub const fn disabled() -> Self {
        Self(ManuallyDrop::new(None))
    }

    #[inline(never)]
    fn begin(scope: &Scope, name: &'static EventName, what: SpanStart<'_>) -> Self {
        let dispatcher = scope.dispatcher_ref();
        if !dispatcher.may_begin() {
            return Self::disabled();
        }
        let id = SpanId::next();
        let mut active = spare::take().unwrap_or_else(|| Active::blank(name, id));
        active.place = Place::guard();
        active.in_one_piece = false;
        let data = &mut active.data;
        data.fill(scope, name, id, &what);
        if !data.sampling.is_decided() {
            data.sampling = dispatcher.sample(|| Candidate::beginning(scope, name, data.operation, id, data.started));
        }
        data.told = dispatcher.emit(Event {
            name,
            stage: Stage::Start,
            span: data,
            end: None,
            measurements: &[],
            fields: what.fields,
            attachment: 0,
        });
        Self(ManuallyDrop::new(Some(active)))
    }

    /// Whether anybody listens to this span.
    pub fn is_enabled(&self) -> bool {
        self.0.is_some()
    }

    /// The number of this span; [`None`] while nobody listens.
    pub fn id(&self) -> Option<SpanId> {
        self.0.as_ref().map(|active| active.data.id)
    }

    /// What was decided for sampled sinks; undecided while nobody listens.
    pub fn sampling(&self) -> Sampling {
        self.0.as_ref().map_or(Sampling::UNDECIDED, |active| active.data.sampling)
    }

    /// Counts bytes of content moved.
    pub fn add_bytes(&mut self, bytes: u64) {
        if let Some(active) = &mut *self.0 {
            active.data.bytes = Some(active.data.bytes.unwrap_or(0).saturating_add(bytes));
        }
    }

    /// Notes that the first byte of a body has come; only the first call counts.
    pub fn first_byte(&mut self) {
        if let Some(active) = &mut *self.0 {
            let data = &mut active.data;
            data.first_byte.get_or_insert_with(|| data.scope.dispatcher_ref().now());
        }
    }

    /// Notes that a whole body came with its first byte, at the moment at which the span ends: saves
    /// reading the clock twice for one moment.
    pub(crate) fn in_one_piece(&mut self) {
        if let Some(active) = &mut *self.0 {
            active.in_one_piece = true;
        }
    }

    /// Sets how many attempts the operation took; 0 where nobody counted.
    pub fn set_attempts(&mut self, attempts: u32) {
        if let Some(active) = &mut *self.0 {
            active.data.attempts = attempts;
        }
    }

    /// Emits a point event within this operation: it carries this span's id.
    pub fn point(&self, name: &'static EventName, measurements: &[Measurement], fields: &[Field<'_>]) {
        if let Some(active) = &*self.0 {
            let dispatcher = active.data.scope.dispatcher_ref();
            let span = SpanData::point(&active.data, name, dispatcher.now());
            dispatcher.emit(Event::point(&span, measurements, fields));
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
    ///
    /// ```
    /// use buckets::telemetry::{EventName, Scope, Span};
    ///
    /// static FETCH: EventName = EventName::new("my_app.rates.fetch");
    ///
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// let span = Span::start(&Scope::global(), &FETCH);
    /// let rate = span.watch(async { 1.25 }, |span, _rate| span.succeed()).await;
    /// # assert_eq!(rate, 1.25);
    /// # });
    /// ```
    #[inline]
    pub fn watch<F, N>(mut self, future: F, finish: N) -> Watched<F, N>
    where
        F: Future,
        N: FnOnce(Self, &F::Output),
    {
        self.put_to_rest();
        Watched::new(self, future, finish)
    }

    /// Runs a part of the code under observation, such as one poll of a future that owns this span.
    /// Spans that begin in there are part of this one ([`CurrentSpan`]).
    ///
    /// If `code` panics then so did the operation, however far the panic gets. From then on, being
    /// dropped outside of `run` means cancelled, whatever else unwinds.
    ///
    /// ```
    /// use std::pin::Pin;
    /// use std::task::{Context, Poll};
    ///
    /// use buckets::telemetry::Span;
    ///
    /// struct Observed<F> {
    ///     future: F,
    ///     span: Option<Span>,
    /// }
    ///
    /// impl<F: Future + Unpin> Future for Observed<F> {
    ///     type Output = F::Output;
    ///
    ///     fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
    ///         let Self { future, span } = &mut *self;
    ///         let Some(running) = span else { return Pin::new(future).poll(context) };
    ///         let output = std::task::ready!(running.run(|| Pin::new(future).poll(context)));
    ///         span.take().map(Span::succeed);
    ///         Poll::Ready(output)
    ///     }
    /// }
    /// ```
    #[inline(always)]
    pub fn run<T>(&mut self, code: impl FnOnce() -> T) -> T {
        self.set_place(Place::Running);
        let inside = Inside::enter(self);
        let value = code();
        inside.0.set_place(Place::AtRest);
        value
    }

    /// Takes the span out, for one on the stack of its code again; see [`run`](Self::run).
    #[inline]
    pub(crate) fn take_guard(&mut self) -> Self {
        let mut active = self.0.take();
        if let Some(active) = &mut active {
            active.place = Place::guard();
        }
        Self(ManuallyDrop::new(active))
    }

    /// Whether dropping the span now would say that its code panicked.
    #[cfg(feature = "macros")]
    pub(crate) fn is_unwinding(&self) -> bool {
        self.0.as_ref().is_some_and(|active| active.place.outcome_of_drop() == Outcome::Panic)
    }

    /// Makes the span the current one, until what was [before](Self::before_entered) is current again.
    #[inline]
    pub(crate) fn enter(&mut self) {
        if let Some(active) = &mut *self.0 {
            active.before = CurrentSpan::new(active.data.id, active.data.sampling).replace_current();
        }
    }

    /// What was current when the span was entered.
    #[cfg(feature = "macros")]
    pub(crate) fn before_entered(&self) -> CurrentSpan {
        self.0.as_ref().map_or_else(CurrentSpan::default, |active| active.before)
    }

    /// Says that the span's code was called, and has not come back.
    #[cfg(feature = "macros")]
    pub(crate) fn begin_to_run(&mut self) {
        self.set_place(Place::Running);
    }

    /// Says that whoever holds the span from now on is not its code.
    pub(crate) fn put_to_rest(&mut self) {
        self.set_place(Place::AtRest);
    }

    #[inline]
    fn set_place(&mut self, place: Place) {
        if let Some(active) = &mut *self.0 {
            active.place = place;
        }
    }
}

/// The code of a span is running; until dropped.
struct Inside<'a>(&'a mut Span);

impl<'a> Inside<'a> {
    #[inline]
    fn enter(span: &'a mut Span) -> Self {
        span.enter();
        Self(span)
    }
}

impl Drop for Inside<'_> {
    #[inline]
    fn drop(&mut self) {
        if let Some(active) = &*self.0.0 {
            active.before.replace_current();
        }
    }
}

impl Active {
    #[cold]
    fn blank(name: &'static EventName, id: SpanId) -> Box<Self> {
        let data = SpanData::blank(name, id);
        Box::new(Self {
            data,
            place: Place::AtRest,
            in_one_piece: false,
            before: CurrentSpan::default(),
            spare: Spare::default(),
        })
    }

    #[inline(never)]
    fn abandon(self: Box<Self>) {
        let outcome = self.place.outcome_of_drop();
        self.finish(outcome, None, &[], &[]);
    }

    #[inline(never)]
    fn finish(
        mut self: Box<Self>,
        outcome: Outcome,
        error: Option<&(dyn StdError + 'static)>,
        measurements: &[Measurement],
        fields: &[Field<'_>],
    ) {
        let data = &mut self.data;
        let now = data.scope.dispatcher_ref().now();
        if self.in_one_piece {
            data.first_byte.get_or_insert(now);
        }
        let end = SpanEnd { duration: now.since(data.started), outcome, error };
        data.scope.dispatcher_ref().emit_end(data, &end, measurements, fields);
        spare::keep(self);
    }
}

// A panic leaves no span half changed, and what it holds on to has locks and atomics of its own; so
// what has a span in it is as it would be without.
impl UnwindSafe for Span {}
impl RefUnwindSafe for Span {}

impl Drop for Span {
    #[inline]
    fn drop(&mut self) {
        if let Some(active) = self.0.take() {
            active.abandon();
        }
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Some(active) => f.debug_tuple("Span").field(active.data.name).field(&active.data.id).finish(),
            None => f.write_str("Span(disabled)"),
        }
    }
}
