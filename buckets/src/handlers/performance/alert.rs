use std::fmt;
use std::time::Duration;

use crate::telemetry::{SpanId, Status};

/// Something that somebody should look at. `Display` is a sentence for a log.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Alert {
    /// An operation took longer than its limit.
    Slow(Slow),
    /// An operation has begun long ago and not ended.
    Overdue(Overdue),
    /// Operations take much longer than usual.
    Degraded(Degradation),
    /// Operations take about as long as usual again.
    Recovered(Degradation),
}

/// An operation that took longer than its limit.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Slow {
    /// The adapter's name.
    pub adapter: Box<str>,
    /// The operation.
    pub operation: &'static str,
    /// The cloud's name.
    pub cloud: Box<str>,
    /// How long it took.
    pub duration: Duration,
    /// How long it might have taken.
    pub limit: Duration,
    /// How much content it moved.
    pub bytes: Option<u64>,
    /// How it ended.
    pub status: Status,
    /// How many others were slow since the last one that was told of.
    pub suppressed: u64,
}

/// An operation that has begun long ago and not ended.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Overdue {
    /// The adapter's name.
    pub adapter: Box<str>,
    /// The operation.
    pub operation: &'static str,
    /// The cloud's name.
    pub cloud: Box<str>,
    /// The number that its events have.
    pub span_id: SpanId,
    /// How long it has been running.
    pub running: Duration,
}

/// How long operations take, and how long they usually take.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Degradation {
    /// The adapter's name.
    pub adapter: Box<str>,
    /// The operation.
    pub operation: &'static str,
    /// 95 of a hundred took at most so long, within the window.
    pub p95: Duration,
    /// What that was before.
    pub usual: Duration,
}

impl fmt::Display for Alert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Slow(slow) => {
                let Slow { adapter, operation, duration, limit, .. } = slow;
                write!(f, "slow {operation} on {adapter}: {duration:.1?}, more than {limit:.1?}")?;
                if let Some(bytes) = slow.bytes {
                    write!(f, " for {bytes} bytes")?;
                }
                match slow.suppressed {
                    0 => Ok(()),
                    others => write!(f, "; and {others} others since the last alert"),
                }
            }
            Self::Overdue(Overdue { adapter, operation, running, span_id, .. }) => {
                write!(f, "{operation} on {adapter} has been running for {running:.1?} (span {span_id})")
            }
            Self::Degraded(Degradation { adapter, operation, p95, usual }) => {
                write!(f, "{operation} on {adapter} is slower than usual: p95 is {p95:.1?}, it was {usual:.1?}")
            }
            Self::Recovered(Degradation { adapter, operation, p95, usual }) => {
                write!(f, "{operation} on {adapter} is as fast as usual again: p95 is {p95:.1?}, usually {usual:.1?}")
            }
        }
    }
}
