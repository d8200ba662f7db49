use crate::key::Key;
use crate::telemetry::{Field, Sampling, SpanId};

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
    /// The span this one is part of.
    pub parent: Option<SpanId>,
    /// What was decided for the operation that this one is part of.
    pub sampling: Sampling,
    /// The object's key; events show what the [`KeyPolicy`](super::KeyPolicy) allows.
    pub key: Option<&'a Key>,
    /// The content type; events show its top-level type.
    pub content_type: Option<&'a str>,
    /// Further metadata of the start event.
    pub fields: &'a [Field<'a>],
}

impl<'a> SpanStart<'a> {
    /// Nothing known.
    pub const fn new() -> Self {
        Self {
            operation: None,
            parent: None,
            sampling: Sampling::UNDECIDED,
            key: None,
            content_type: None,
            fields: &[],
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
