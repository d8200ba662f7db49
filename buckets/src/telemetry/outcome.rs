use std::fmt;

use crate::error::ErrorKind;
use crate::telemetry::Stage;

/// How an operation ended: in exactly one of these ways.
///
/// ```
/// use buckets::ErrorKind;
/// use buckets::telemetry::{Outcome, Stage, Status};
///
/// let timed_out = Outcome::Error(ErrorKind::Timeout);
/// assert_eq!((timed_out.stage(), timed_out.status()), (Stage::Exception, Status::Error));
/// assert!(timed_out.is_failure() && timed_out.is_handled());
/// assert!(!Outcome::Cancelled.is_failure());
/// assert!(!Outcome::Panic.is_handled());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It did what was asked.
    Success,
    /// It gave an error that is an answer: nothing found by a lookup, a condition of the caller that
    /// does not hold. An `exception` like every error, and never a success, but not a
    /// [failure](Self::is_failure): nothing to count as an error, log as a warning or report.
    Expected(ErrorKind),
    /// It failed.
    Error(ErrorKind),
    /// Its code panicked.
    Panic,
    /// Whoever waited for it went away first: its future, or a body still in motion, was dropped.
    Cancelled,
}

impl Outcome {
    /// The coarse result, for a metric label.
    pub const fn status(self) -> Status {
        match self {
            Self::Success => Status::Success,
            Self::Expected(_) | Self::Error(_) | Self::Panic => Status::Error,
            Self::Cancelled => Status::Cancelled,
        }
    }

    /// The kind of everything but plain success.
    pub const fn kind(self) -> Option<ErrorKind> {
        match self {
            Self::Success => None,
            Self::Expected(kind) | Self::Error(kind) => Some(kind),
            Self::Panic => Some(ErrorKind::Panic),
            Self::Cancelled => Some(ErrorKind::Cancelled),
        }
    }

    /// The stage of the event that tells of it.
    pub const fn stage(self) -> Stage {
        match self {
            Self::Success => Stage::Stop,
            Self::Expected(_) | Self::Error(_) | Self::Panic | Self::Cancelled => Stage::Exception,
        }
    }

    /// Whether something went wrong: an error that is no answer, or a panic.
    pub const fn is_failure(self) -> bool {
        matches!(self, Self::Error(_) | Self::Panic)
    }

    /// Whether the code came to an end of its own accord: false for a panic only.
    pub const fn is_handled(self) -> bool {
        !matches!(self, Self::Panic)
    }
}

/// The coarse result of an operation: the `status` label of metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// It did what was asked.
    Success,
    /// It gave an error or panicked. Not every error is a [failure](Outcome::is_failure).
    Error,
    /// Whoever waited went away.
    Cancelled,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 3] = [Self::Success, Self::Error, Self::Cancelled];

    /// The label's value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Error => "error",
            Self::Cancelled => "cancelled",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
