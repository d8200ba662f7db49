use std::fmt;
use std::sync::Arc;

use buckets::{Error, ErrorKind};

use super::gate::{Gate, Room};
use super::{Admission, Entry, Hold, Limited, Occupancy, Origin, Permit, Turn, UntilBodyEnds};

/// At most so many calls at once; the others wait in the order in which they came.
///
/// A call counts until its answer's body has ended: `H` [says so](Hold). Clones share the limit.
#[derive(Clone)]
pub struct Concurrency<H = UntilBodyEnds> {
    gate: Arc<Gate>,
    limit: usize,
    max_waiting: usize,
    hold: H,
}

impl Concurrency {
    /// At most `limit` calls at once.
    ///
    /// # Panics
    /// If `limit` is 0.
    #[track_caller]
    pub fn new(limit: usize) -> Self {
        assert!(limit > 0, "a limit of no calls at all lets none through");
        Self { gate: Gate::new(limit), limit, max_waiting: usize::MAX, hold: UntilBodyEnds }
    }
}

impl<H> Concurrency<H> {
    /// Refuses calls while so many wait already; without, all wait. With 0, none does.
    pub fn max_waiting(mut self, calls: usize) -> Self {
        self.max_waiting = calls;
        self
    }

    /// Says how long a call goes on when it has been answered.
    pub fn holding<New>(self, hold: New) -> Concurrency<New> {
        Concurrency { gate: self.gate, limit: self.limit, max_waiting: self.max_waiting, hold }
    }

    /// How many calls there are at this moment, those whose body is being read among them.
    pub fn in_use(&self) -> usize {
        self.limit - self.gate.free()
    }

    /// How many calls wait at this moment.
    pub fn waiting(&self) -> usize {
        self.gate.waiting()
    }
}

impl<T, E, H: Hold<T> + Clone> Admission<T, E> for Concurrency<H> {
    type Permit = Permit;
    type Wait = Turn;

    const LIMITED: Limited = Limited::Concurrency;
    const TELLS_OF_RESULTS: bool = false;

    fn admit(&self) -> Entry<Permit, Turn> {
        match self.gate.enter(self.max_waiting) {
            Room::Now(permit) => Entry::Now(permit),
            Room::Later(turn) => Entry::Later(turn),
            Room::None => Entry::Never(Error::new(
                ErrorKind::Overloaded,
                "too many operations at once, and enough waiting already; this one was refused",
            )),
        }
    }

    fn occupancy(&self) -> Option<Occupancy> {
        Some(Occupancy { size: self.limit, waiting: self.waiting() })
    }

    fn conclude(&self, permit: Permit, result: &mut Result<T, E>, _: &Origin) {
        if let Ok(answer) = result {
            self.hold.hold(answer, permit);
        }
    }
}

impl<H> fmt::Debug for Concurrency<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Concurrency")
            .field("limit", &self.limit)
            .field("in_use", &self.in_use())
            .field("waiting", &self.waiting())
            .finish_non_exhaustive()
    }
}
