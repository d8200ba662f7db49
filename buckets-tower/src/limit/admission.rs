use std::future::Future;

use buckets::Error;
use buckets::telemetry::EventName;
use buckets::telemetry::catalogue::names;

use super::Origin;

/// Decides whether and when a call may go ahead; clones decide as one.
///
/// Implement it for a limit of your own; [`LimitLayer`](super::LimitLayer) does the rest. `T` and `E`
/// are answer and error of the service below.
pub trait Admission<T, E>: Clone {
    /// What a call holds while it runs. Dropping it gives back whatever that is.
    type Permit;
    /// What a call that must wait waits for. Dropping it gives its place up.
    type Wait: Future<Output = Self::Permit>;

    /// What is limited, which names the events.
    const LIMITED: Limited;

    /// Whether [`conclude`](Self::conclude) tells of anything. If not, its origin tells nobody, and
    /// calls that need not wait are cheaper.
    const TELLS_OF_RESULTS: bool = true;

    /// Asks for a call that is about to begin.
    fn admit(&self) -> Entry<Self::Permit, Self::Wait>;

    /// How many calls it lets through at once and how many wait, where there is such a number. Asked when a call
    /// begins to wait and when it waits no more.
    fn occupancy(&self) -> Option<Occupancy> {
        None
    }

    /// Takes the permit of a call back, which has this result. By default drops it.
    fn conclude(&self, permit: Self::Permit, result: &mut Result<T, E>, origin: &Origin) {
        let _ = (result, origin);
        drop(permit);
    }
}

/// How full a limit of calls at once is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occupancy {
    /// How many calls it lets through at once.
    pub size: usize,
    /// How many wait.
    pub waiting: usize,
}

/// What becomes of a call that asks to go ahead.
#[derive(Debug)]
pub enum Entry<P, W> {
    /// It may.
    Now(P),
    /// It may when this is ready.
    Later(W),
    /// It is refused with this error.
    Never(Error),
}

/// What is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Limited {
    /// How many calls run at once.
    Concurrency,
    /// How many begin in a time.
    Rate,
    /// Calls to a store that is down.
    Circuit,
    /// Calls that something below is too busy for.
    Load,
    /// How much calls cost.
    Budget,
}

impl Limited {
    /// The name, which is the `limit` label of metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Concurrency => "concurrency",
            Self::Rate => "rate",
            Self::Circuit => "circuit",
            Self::Load => "load",
            Self::Budget => "budget",
        }
    }

    /// The name of the event of a wait that is over; [`None`] where nothing waits.
    pub(super) const fn wait(self) -> Option<&'static EventName> {
        match self {
            Self::Concurrency => Some(&names::LIMIT_WAIT_CONCURRENCY),
            Self::Rate => Some(&names::LIMIT_WAIT_RATE),
            Self::Circuit | Self::Load | Self::Budget => None,
        }
    }

    /// The name of the event of a wait that begins; [`None`] where that is not told.
    pub(super) const fn queue(self) -> Option<&'static EventName> {
        match self {
            Self::Concurrency => Some(&names::LIMIT_QUEUE_CONCURRENCY),
            Self::Rate | Self::Circuit | Self::Load | Self::Budget => None,
        }
    }

    /// The name of the event of a refusal.
    pub(super) const fn refusal(self) -> &'static EventName {
        match self {
            Self::Concurrency => &names::LIMIT_REFUSAL_CONCURRENCY,
            Self::Rate => &names::LIMIT_REFUSAL_RATE,
            Self::Circuit => &names::LIMIT_REFUSAL_CIRCUIT,
            Self::Load => &names::LIMIT_REFUSAL_LOAD,
            Self::Budget => &names::LIMIT_REFUSAL_BUDGET,
        }
    }
}
