use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use buckets::telemetry::{Event, Handler, Outcome, SpanId, Stage, Timestamp};

/// Keeps account of every event of an episode. Clones are the same.
#[derive(Clone, Default)]
pub(super) struct Audit(Arc<Mutex<Books>>);

#[derive(Default)]
struct Books {
    starts: u64,
    ends: u64,
    open: HashMap<SpanId, Open>,
    /// What ended, by the span it was part of, until it is asked for.
    ended: HashMap<SpanId, Vec<Ended>>,
    wrong: Vec<String>,
}

struct Open {
    name: &'static str,
    parent: Option<SpanId>,
    started: Timestamp,
}

/// What was told of the end of an operation.
#[derive(Clone, Debug)]
pub(super) struct Ended {
    pub(super) outcome: Outcome,
    pub(super) started: Timestamp,
    pub(super) duration: Duration,
    pub(super) bytes: Option<u64>,
    pub(super) attempts: Option<u32>,
}

impl Audit {
    /// What ended as part of this span since it was last asked for.
    pub(super) fn ended_within(&self, parent: SpanId) -> Vec<Ended> {
        self.books().ended.remove(&parent).unwrap_or_default()
    }

    pub(super) fn starts(&self) -> u64 {
        self.books().starts
    }

    pub(super) fn ends(&self) -> u64 {
        self.books().ends
    }

    pub(super) fn in_flight(&self) -> u64 {
        self.books().open.len() as u64
    }

    /// What is wrong in itself.
    pub(super) fn wrong(&self) -> Vec<String> {
        self.books().wrong.clone()
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Handler for Audit {
    fn handle(&self, event: &Event<'_>) {
        let mut books = self.books();
        match event.stage() {
            Stage::Start => books.start(event),
            Stage::Point => books.point(event),
            _ => books.end(event),
        }
    }
}

impl Books {
    fn start(&mut self, event: &Event<'_>) {
        self.starts += 1;
        let open = Open { name: event.name().as_str(), parent: event.parent_id(), started: event.started() };
        if self.open.insert(event.span_id(), open).is_some() {
            self.wrong.push(format!("{} began twice", event.full_name()));
        }
    }

    /// What happens within an operation must happen while it goes on.
    fn point(&mut self, event: &Event<'_>) {
        if !self.open.contains_key(&event.span_id()) {
            self.wrong.push(format!("{} is part of no operation that goes on", event.full_name()));
        }
    }

    fn end(&mut self, event: &Event<'_>) {
        self.ends += 1;
        let name = event.full_name();
        let Some(open) = self.open.remove(&event.span_id()) else {
            return self.wrong.push(format!("{name} ends what never began, or has ended"));
        };
        let (Some(outcome), Some(duration)) = (event.outcome(), event.duration()) else {
            return self.wrong.push(format!("{name} has no outcome or no duration"));
        };
        if (open.name, open.parent, open.started) != (event.name().as_str(), event.parent_id(), event.started()) {
            self.wrong.push(format!("{name} ends what {} began", open.name));
        }
        if outcome.stage() != event.stage() {
            self.wrong.push(format!("{name} has the outcome {outcome:?}"));
        }
        let (bytes, attempts) = (event.bytes(), event.attempts());
        let ended = Ended { outcome, started: event.started(), duration, bytes, attempts };
        if let Some(parent) = event.parent_id() {
            self.ended.entry(parent).or_default().push(ended);
        }
    }
}
