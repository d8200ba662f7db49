use std::fmt;
use std::time::Duration;

use super::{Error, ErrorKind};

/// A time limit ran out: which, and after how long.
///
/// An [`Error`] of kind [`Timeout`](ErrorKind::Timeout) that a time limit of this library caused
/// [tells it](Error::elapsed). It is an error of its own for stacks with another error type, and
/// becomes an [`io::Error`](std::io::Error) where that is the type.
///
/// ```
/// use std::time::Duration;
///
/// use buckets::{Elapsed, Error, ErrorKind, TimeoutClock};
///
/// let error = Error::from(Elapsed::new(TimeoutClock::Idle, Duration::from_secs(20)));
/// assert_eq!(error.kind(), ErrorKind::Timeout);
/// assert_eq!(error.to_string(), "no content moved for 20s");
/// assert_eq!(error.elapsed().map(Elapsed::clock), Some(TimeoutClock::Idle));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elapsed {
    clock: TimeoutClock,
    after: Duration,
}

/// What a time limit is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TimeoutClock {
    /// The whole operation until its answer is there: waiting in queues, every attempt, and the
    /// waiting between them.
    Operation,
    /// One attempt, until its answer is there.
    Attempt,
    /// Content on its way, up or down, that does not move.
    Idle,
}

impl TimeoutClock {
    /// The clock's name, for logs and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Operation => "operation",
            Self::Attempt => "attempt",
            Self::Idle => "idle",
        }
    }
}

impl fmt::Display for TimeoutClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Elapsed {
    /// The limit of this clock, `after`, ran out.
    pub const fn new(clock: TimeoutClock, after: Duration) -> Self {
        Self { clock, after }
    }

    /// Which clock it was.
    pub const fn clock(&self) -> TimeoutClock {
        self.clock
    }

    /// How long the clock ran.
    pub const fn after(&self) -> Duration {
        self.after
    }
}

impl fmt::Display for Elapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let after = self.after;
        match self.clock {
            TimeoutClock::Operation => write!(f, "the operation, retries included, was not done after {after:?}"),
            TimeoutClock::Attempt => write!(f, "the attempt was not answered after {after:?}"),
            TimeoutClock::Idle => write!(f, "no content moved for {after:?}"),
        }
    }
}

impl std::error::Error for Elapsed {}

impl From<Elapsed> for std::io::Error {
    /// Of the kind `TimedOut`, with the [`Elapsed`] within.
    fn from(elapsed: Elapsed) -> Self {
        Self::new(std::io::ErrorKind::TimedOut, elapsed)
    }
}

impl From<Elapsed> for Error {
    /// Another attempt may help, unless it was the time of the whole operation that ran out.
    fn from(elapsed: Elapsed) -> Self {
        let mut error = Self::new(ErrorKind::Timeout, elapsed.to_string());
        error.0.elapsed = Some(elapsed);
        error.with_retryable(elapsed.clock != TimeoutClock::Operation)
    }
}
