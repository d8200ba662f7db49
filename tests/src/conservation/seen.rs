use buckets::Error;
use buckets::operation::Expectation;
use buckets::telemetry::{Outcome, Timestamp};

use super::audit::Ended;

/// What the caller of an operation saw of it.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) end: End,
    /// Bytes of content that moved, where the caller knows.
    pub(super) bytes: Option<u64>,
    /// How often it was tried, by the answer.
    pub(super) attempts: Option<u32>,
}

/// How it ended for its caller.
#[derive(Debug)]
pub(super) enum End {
    /// The caller left, perhaps before the call was made.
    Left,
    Ended(Outcome),
}

impl Seen {
    pub(super) fn ended(outcome: Outcome, bytes: Option<u64>) -> Self {
        Self { end: End::Ended(outcome), bytes, attempts: None }
    }

    pub(super) fn failed(error: &Error, expectation: Expectation) -> Self {
        Self { attempts: error.attempts(), ..Self::ended(expectation.outcome(error), None) }
    }

    /// The failure of a body, to which nothing is an answer.
    pub(super) fn body_failed(error: &Error, bytes: u64) -> Self {
        Self { attempts: error.attempts(), ..Self::ended(Outcome::Error(error.kind()), Some(bytes)) }
    }

    /// Whether what was told of the operation, between two moments, is what was seen.
    pub(super) fn check(&self, told: &[Ended], (before, after): (Timestamp, Timestamp)) -> Result<(), String> {
        let ended = match (&self.end, told) {
            (End::Left, []) => return Ok(()),
            (_, [ended]) => ended,
            (_, []) => return Err(format!("nothing was told of {self:?}")),
            (_, many) => return Err(format!("{self:?} was told of as {many:?}")),
        };
        let outcome = match self.end {
            End::Left => Outcome::Cancelled,
            End::Ended(outcome) => outcome,
        };
        let ends = Timestamp::from_nanos(ended.started.as_nanos() + ended.duration.as_nanos() as u64);
        let is_right = ended.outcome == outcome
            && self.bytes.is_none_or(|bytes| ended.bytes.unwrap_or(0) == bytes)
            && self.attempts.is_none_or(|attempts| ended.attempts == Some(attempts))
            && ended.started >= before
            && ends <= after;
        if is_right { Ok(()) } else { Err(format!("{self:?} from {before:?} to {after:?} was told of as {ended:?}")) }
    }
}
