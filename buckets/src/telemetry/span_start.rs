use std::time::Duration;

use crate::key::Key;
use crate::telemetry::{Field, Level, Measurement, Sampling, SpanId};

/// What is known of an operation when it begins; all of it optional.
///
/// ```
/// use buckets::telemetry::{EventName, Scope, Span, SpanStart, Value};
///
/// static RESIZE: EventName = EventName::new("my_app.image.resize");
///
/// let fields = [("quality", Value::from("high"))];
/// let span = Span::start_with(&Scope::global(), &RESIZE, || {
///     SpanStart::new().content_type(Some("image/png")).fields(&fields)
/// });
/// span.succeed();
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct SpanStart<'a> {
    /// The operation's name; the last segment of the event's name if absent.
    pub operation: Option<&'static str>,
    /// The span this one is part of; the [current one](super::CurrentSpan) if absent.
    pub parent: Option<SpanId>,
    /// Whether this span is part of no other, whatever is current.
    pub is_root: bool,
    /// What was decided for the operation that this one is part of.
    pub sampling: Sampling,
    /// The object's key; events show what the [`KeyPolicy`](super::KeyPolicy) allows.
    pub key: Option<&'a Key>,
    /// The content type; events show its top-level type.
    pub content_type: Option<&'a str>,
    /// Further metadata of the start event.
    pub fields: &'a [Field<'a>],
    /// Measurements that every event of the operation carries.
    pub kept_measurements: &'a [Measurement],
    /// Metadata that every event of the operation carries.
    pub kept_fields: &'a [Field<'a>],
    /// How prominent the operation is in a log, where it differs from the handler's own settings.
    pub level: Option<Level>,
    /// How long the operation may take before it is called slow.
    pub slow_after: Option<Duration>,
}

impl<'a> SpanStart<'a> {
    /// Nothing known.
    pub const fn new() -> Self {
        Self {
            operation: None,
            parent: None,
            is_root: false,
            sampling: Sampling::UNDECIDED,
            key: None,
            content_type: None,
            fields: &[],
            kept_measurements: &[],
            kept_fields: &[],
            level: None,
            slow_after: None,
        }
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

    /// Sets what was decided for the operation that this one is part of.
    pub const fn sampling(mut self, sampling: Sampling) -> Self {
        self.sampling = sampling;
        self
    }

    /// Makes this span part of no other, whatever is current.
    pub const fn root(mut self) -> Self {
        self.is_root = true;
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

    /// Sets measurements and metadata that every event of the operation carries, however it ends.
    /// They are copied, which is the one thing about a span that allocates each time.
    pub const fn keep(mut self, measurements: &'a [Measurement], fields: &'a [Field<'a>]) -> Self {
        self.kept_measurements = measurements;
        self.kept_fields = fields;
        self
    }

    /// Sets how prominent the operation is in a log.
    pub const fn level(mut self, level: Option<Level>) -> Self {
        self.level = level;
        self
    }

    /// Sets how long the operation may take before it is called slow.
    pub const fn slow_after(mut self, limit: Option<Duration>) -> Self {
        self.slow_after = limit;
        self
    }
}
