use super::{EventDefinition, operation_of};
#[cfg(any(feature = "opentelemetry", feature = "prometheus"))]
use crate::error::ErrorKind;
use crate::telemetry::{Event, Value};

/// Kinds of errors whose series are there before an operation was called once: those that any store may have.
///
/// All [`possible_kinds`] of every operation would be three times as many series, most of them of operations that
/// nobody calls, and fill the limits of reporters with zeros.
#[cfg(any(feature = "opentelemetry", feature = "prometheus"))]
pub(crate) const KNOWN_KINDS: [ErrorKind; 6] = [
    ErrorKind::NotFound,
    ErrorKind::PermissionDenied,
    ErrorKind::Throttled,
    ErrorKind::Timeout,
    ErrorKind::Unavailable,
    ErrorKind::Io,
];

/// Kinds of errors whose series are there once an operation was called, before the first such error: a counter
/// that appears with a 1 has not increased. Who went away has made no error, so that is not among them.
#[cfg(any(feature = "opentelemetry", feature = "prometheus"))]
pub(crate) fn possible_kinds() -> impl Iterator<Item = ErrorKind> {
    ErrorKind::ALL.iter().copied().filter(|kind| *kind != ErrorKind::Cancelled)
}

/// What tells the series of a metric from one another. Each has a small set of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Tag {
    /// The operation: the last segment of the event's name, but of what happens within an operation
    /// the one before.
    Operation,
    /// The adapter's name.
    Adapter,
    /// The cloud's name.
    Cloud,
    /// How the operation ended: `success`, `error` (an expected one too) or `cancelled`.
    Status,
    /// The [`ErrorKind`](crate::ErrorKind) of an error.
    Kind,
    /// `upload` or `download`; events without direction are left out.
    Direction,
    /// What is limited, which is the last segment of the event's name.
    Limit,
    /// A handler's id.
    Handler,
    /// The metadata of this name, such as `content_type`, or a field of an event of yours. It must come from a
    /// small set and never from users: each value is a series, and the reporters' limits of these are
    /// for what goes wrong.
    Field(&'static str),
}

impl Tag {
    /// The tag's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Operation => "operation",
            Self::Adapter => "adapter",
            Self::Cloud => "cloud",
            Self::Status => "status",
            Self::Kind => "kind",
            Self::Direction => "direction",
            Self::Limit => "limit",
            Self::Handler => "handler",
            Self::Field(name) => name,
        }
    }

    /// The tag's value for `event`, if it has one.
    pub fn value<'a>(self, event: &Event<'a>) -> Option<Value<'a>> {
        let name = event.name();
        match self {
            Self::Operation => Some(Value::Str(operation_of(name))),
            Self::Limit => Some(Value::Str(name.last_segment())),
            Self::Direction => Some(Value::Str(EventDefinition::find(name)?.direction?.as_str())),
            Self::Adapter | Self::Cloud | Self::Status | Self::Kind | Self::Handler | Self::Field(_) => {
                event.field(self.as_str())
            }
        }
    }
}
