use crate::error::{Error, ErrorKind};
use crate::operation::Condition;
use crate::telemetry::Outcome;

/// Which errors are answers to an operation rather than failures of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Expectation {
    /// None: every error is a failure.
    #[default]
    None,
    /// It looks something up: *not found* is an answer.
    Absence,
    /// It has a condition: that the condition does not hold is an answer.
    Condition,
}

impl Expectation {
    /// What a request with this condition expects.
    pub const fn of(condition: &Condition) -> Self {
        if condition.is_none() { Self::None } else { Self::Condition }
    }

    /// Whether an error of this kind is an answer.
    pub const fn covers(self, kind: ErrorKind) -> bool {
        match self {
            Self::None => false,
            Self::Absence => matches!(kind, ErrorKind::NotFound),
            Self::Condition => matches!(kind, ErrorKind::PreconditionFailed | ErrorKind::AlreadyExists),
        }
    }

    /// How an operation ended that ended with `error`.
    pub fn outcome(self, error: &Error) -> Outcome {
        match error.kind() {
            kind if self.covers(kind) => Outcome::Expected(kind),
            ErrorKind::Cancelled => Outcome::Cancelled,
            kind => Outcome::Error(kind),
        }
    }
}
