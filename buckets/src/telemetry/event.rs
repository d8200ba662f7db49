use std::error::Error as StdError;
use std::fmt;
use std::time::{Duration, SystemTime};

use crate::error::{Error, ErrorKind};
use crate::telemetry::kept::Kept;
use crate::telemetry::span::{SpanData, SpanEnd};
use crate::telemetry::top_level_type::TopLevelType;
use crate::telemetry::{EventName, Level, Number, Outcome, Sampling, Scope, ShownKey, SpanId, Stage, Timestamp, Value};

/// A named value beside the built-in ones: `("bytes_saved", Number::U64(12))`.
pub type Measurement = (&'static str, Number);
/// A named value beside the built-in ones: `("stored", Value::Bool(true))`.
pub type Field<'a> = (&'static str, Value<'a>);

/// What a handler gets: something began, ended or happened.
///
/// Everything is borrowed and nothing is allocated. The built-in values have an accessor each;
/// [`measurements`](Self::measurements) and [`metadata`](Self::metadata) go over all of them by
/// name, those of user-defined events included.
///
/// ```
/// use buckets::telemetry::{Dispatcher, Event, EventName, Number, Outcome, Scope, Span, Value};
///
/// static RESIZE: EventName = EventName::new("my_app.image.resize");
///
/// let dispatcher = Dispatcher::new();
/// dispatcher.attach("check", "my_app.image.resize.stop", |event: &Event<'_>| {
///     assert_eq!(event.full_name().to_string(), "my_app.image.resize.stop");
///     assert_eq!(event.operation(), "resize");
///     assert_eq!(event.measurement("pixels"), Some(Number::U64(640)));
///     assert_eq!(event.field("format").and_then(|value| value.as_str()), Some("png"));
///     assert!(event.measurements().any(|(name, _)| name == "duration"));
/// })?;
///
/// let span = Span::start(&Scope::of(dispatcher.clone()), &RESIZE);
/// span.end_with(Outcome::Success, None, &[("pixels", Number::U64(640))], &[("format", Value::Str("png"))]);
/// assert_eq!(dispatcher.list_handlers()[0].failures, 0);
/// # Ok::<(), buckets::telemetry::AttachError>(())
/// ```
#[derive(Clone, Copy)]
pub struct Event<'a> {
    pub(crate) name: &'static EventName,
    pub(crate) stage: Stage,
    pub(crate) span: &'a SpanData,
    pub(crate) end: Option<&'a SpanEnd<'a>>,
    pub(crate) measurements: &'a [Measurement],
    pub(crate) fields: &'a [Field<'a>],
    /// Which attachment this is being delivered to; zero before that.
    pub(crate) attachment: u64,
}

impl<'a> Event<'a> {
    /// Something that merely happens; `span` is its frame.
    pub(crate) fn point(span: &'a SpanData, measurements: &'a [Measurement], fields: &'a [Field<'a>]) -> Self {
        Self { name: span.name, stage: Stage::Point, span, end: None, measurements, fields, attachment: 0 }
    }

    /// The last event of `span`.
    pub(crate) fn end(
        span: &'a SpanData,
        end: &'a SpanEnd<'a>,
        measurements: &'a [Measurement],
        fields: &'a [Field<'a>],
    ) -> Self {
        Self { name: span.name, stage: end.outcome.stage(), span, end: Some(end), measurements, fields, attachment: 0 }
    }

    /// The name without stage, such as `buckets.cloud.insert`.
    pub fn name(&self) -> &'static EventName {
        self.name
    }

    /// The stage.
    pub fn stage(&self) -> Stage {
        self.stage
    }

    /// The name with stage, such as `buckets.cloud.insert.stop`; `Display` it.
    pub fn full_name(&self) -> FullName {
        FullName { name: self.name.as_str(), stage: self.stage }
    }

    /// Whose operation it is: cloud, adapter, dispatcher.
    pub fn scope(&self) -> &'a Scope {
        &self.span.scope
    }

    /// The operation: `insert`, `put`, or the last segment of the name.
    pub fn operation(&self) -> &'static str {
        self.span.operation
    }

    /// The adapter's name, such as `volume`; empty for events that have none.
    pub fn adapter(&self) -> &'a str {
        self.span.scope.adapter()
    }

    /// The cloud's name; empty for events that have none.
    pub fn cloud(&self) -> &'a str {
        self.span.scope.cloud()
    }

    /// The number that start and end of an operation, and all that happens in between, have in common.
    pub fn span_id(&self) -> SpanId {
        self.span.id
    }

    /// The span this one is part of.
    pub fn parent_id(&self) -> Option<SpanId> {
        self.span.parent
    }

    /// What was decided for sampled sinks when the operation began.
    pub fn sampling(&self) -> Sampling {
        self.span.sampling
    }

    /// For sampled sinks, such as logs and traces: how many events this one stands for, or [`None`]
    /// if it is to be left out. What failed, was cancelled or took long is never left out of the end.
    pub fn weight(&self) -> Option<f64> {
        match self.end {
            Some(_) if self.is_slow() == Some(true) => Some(1.0),
            Some(end) => self.span.sampling.weight_at_end(end.outcome, end.duration),
            None => self.span.sampling.weight(),
        }
    }

    /// The object's key as far as the dispatcher's [`KeyPolicy`](super::KeyPolicy) shows it.
    pub fn key(&self) -> Option<ShownKey<'a>> {
        let key = self.span.key.as_ref()?;
        ShownKey::new(key, self.span.scope.dispatcher_ref().key_policy())
    }

    /// The content's top-level media type, such as `image`.
    pub fn content_type(&self) -> Option<&'static str> {
        self.span.content_type.map(TopLevelType::as_str)
    }

    /// When the operation began, on the dispatcher's clock.
    pub fn started(&self) -> Timestamp {
        self.span.started
    }

    /// When this happens, on the dispatcher's clock. Costs no look at it.
    #[cfg(any(feature = "log", feature = "prometheus", feature = "statsd"))]
    pub(crate) fn happened(&self) -> Timestamp {
        let duration = self.duration().unwrap_or_default().as_nanos() as u64;
        Timestamp::from_nanos(self.started().as_nanos().saturating_add(duration))
    }

    /// Whether the handler that this is delivered to was attached already when the operation began,
    /// and so was told of that if it asked: what went up with a start goes down with its end, and
    /// nothing else does.
    pub fn start_was_told(&self) -> bool {
        self.attachment <= self.span.told
    }

    /// How long the operation took; on every event that ends one.
    pub fn duration(&self) -> Option<Duration> {
        Some(self.end?.duration)
    }

    /// How the operation ended; on every event that ends one.
    pub fn outcome(&self) -> Option<Outcome> {
        Some(self.end?.outcome)
    }

    /// The kind of error, unless the operation did what was asked.
    pub fn kind(&self) -> Option<ErrorKind> {
        self.end?.outcome.kind()
    }

    /// The error, where the operation ended with one.
    pub fn error(&self) -> Option<&'a (dyn StdError + 'static)> {
        self.end?.error
    }

    /// The error, or the first of its sources, that is one of this library's.
    pub fn storage_error(&self) -> Option<&'a Error> {
        Error::find(self.error()?)
    }

    /// Bytes of content moved; absent for operations without content.
    pub fn bytes(&self) -> Option<u64> {
        self.end.and(self.span.bytes)
    }

    /// From the beginning to the first byte of a body.
    pub fn time_to_first_byte(&self) -> Option<Duration> {
        self.end?;
        Some(self.span.first_byte?.since(self.span.started))
    }

    /// How many attempts it took, where something below retried or counted.
    pub fn attempts(&self) -> Option<u32> {
        self.end?;
        (self.span.attempts > 0).then_some(self.span.attempts)
    }

    /// How prominent the operation is in a log, where that was said.
    pub fn level(&self) -> Option<Level> {
        self.span.level
    }

    /// Whether the operation took longer than what was called slow when it began; on every event
    /// that ends one of which that was said.
    pub fn is_slow(&self) -> Option<bool> {
        Some(self.duration()? > self.span.slow_after?)
    }

    /// The date and time now, which is when the event happens.
    pub fn system_time(&self) -> SystemTime {
        self.span.scope.dispatcher_ref().system_time()
    }

    /// The measurement of this name. Every event has a `system_time`, which is the time since 1970 and
    /// not among [all](Self::measurements) because it is looked up when it is asked for.
    pub fn measurement(&self, name: &str) -> Option<Number> {
        let own = || self.own_measurements().find(|(key, _)| *key == name).map(|(_, value)| value);
        match name {
            "system_time" => self.system_time().duration_since(SystemTime::UNIX_EPOCH).ok().map(Number::Duration),
            _ => self.built_in_measurement(name).or_else(own),
        }
    }

    fn built_in_measurement(&self, name: &str) -> Option<Number> {
        match name {
            "duration" => self.duration().map(Number::Duration),
            "bytes" => self.bytes().map(Number::U64),
            "time_to_first_byte" => self.time_to_first_byte().map(Number::Duration),
            "attempts" => self.attempts().map(Number::from),
            _ => None,
        }
    }

    /// The metadata of this name.
    pub fn field(&self, name: &str) -> Option<Value<'a>> {
        let own = || self.own_fields().find(|(key, _)| *key == name).map(|(_, value)| value);
        self.built_in_field(name).or_else(own)
    }

    fn built_in_field(&self, name: &str) -> Option<Value<'a>> {
        let text = |text: &'a str| (!text.is_empty()).then_some(Value::Str(text));
        let error = || self.storage_error();
        match name {
            "operation" => text(self.operation()),
            "adapter" => text(self.adapter()),
            "cloud" => text(self.cloud()),
            "span_id" => Some(Value::U64(self.span.id.get())),
            "parent_id" => Some(Value::U64(self.span.parent?.get())),
            "content_type" => Some(Value::Str(self.content_type()?)),
            "status" => Some(Value::Str(self.outcome()?.status().as_str())),
            "kind" => Some(Value::Str(self.kind()?.as_str())),
            "handled" => Some(Value::Bool(self.outcome()?.is_handled())),
            "retryable" => Some(Value::Bool(error()?.is_retryable())),
            "http_status" => Some(Value::U64(error()?.http_status()?.into())),
            "request_id" => Some(Value::Str(error()?.request_id()?)),
            "timeout" => Some(Value::Str(error()?.elapsed()?.clock().as_str())),
            "slow" => Some(Value::Bool(self.is_slow()?)),
            _ => None,
        }
    }

    /// All measurements that this event has, built-in ones first.
    pub fn measurements(&self) -> impl Iterator<Item = Measurement> {
        const BUILT_IN: [&str; 4] = ["duration", "bytes", "time_to_first_byte", "attempts"];
        let event = *self;
        BUILT_IN
            .into_iter()
            .filter_map(move |name| Some((name, event.built_in_measurement(name)?)))
            .chain(self.own_measurements())
    }

    /// All metadata that this event has but key and error, which have accessors of their own;
    /// built-in ones first.
    pub fn metadata(&self) -> impl Iterator<Item = Field<'a>> {
        const BUILT_IN: [&str; 14] = [
            "operation",
            "adapter",
            "cloud",
            "span_id",
            "parent_id",
            "content_type",
            "status",
            "kind",
            "handled",
            "retryable",
            "http_status",
            "request_id",
            "timeout",
            "slow",
        ];
        let event = *self;
        BUILT_IN.into_iter().filter_map(move |name| Some((name, event.built_in_field(name)?))).chain(self.own_fields())
    }

    /// The measurements that are not built in. Those of the event itself come first and hide
    /// those of the same name that the whole span has.
    pub(crate) fn own_measurements(&self) -> impl Iterator<Item = Measurement> + use<'a> {
        let own = self.measurements;
        let kept = self.span.kept.as_deref().map_or(&[][..], |kept| &kept.measurements);
        own.iter().chain(kept.iter().filter(|(name, _)| own.iter().all(|(other, _)| name != other))).copied()
    }

    /// The metadata that is not built in, likewise.
    pub(crate) fn own_fields(&self) -> impl Iterator<Item = Field<'a>> + use<'a> {
        let own = self.fields;
        let kept = self.span.kept.as_deref().into_iter().flat_map(Kept::fields);
        own.iter().copied().chain(kept.filter(|(name, _)| own.iter().all(|(other, _)| name != other)))
    }
}

impl fmt::Debug for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Event");
        out.field("name", &format_args!("{}", self.full_name()));
        for (name, value) in self.metadata() {
            out.field(name, &value);
        }
        for (name, value) in self.measurements() {
            out.field(name, &format_args!("{value}"));
        }
        out.finish()
    }
}

/// An event's name with its stage behind another dot; made by [`Event::full_name`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FullName {
    name: &'static str,
    stage: Stage,
}

impl fmt::Display for FullName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)?;
        match self.stage.as_str() {
            Some(stage) => write!(f, ".{stage}"),
            None => Ok(()),
        }
    }
}
