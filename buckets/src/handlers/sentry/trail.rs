//! What happened before a failure.

use std::collections::VecDeque;

use sentry_core::{Breadcrumb, Level};

use super::values;
use crate::telemetry::{Event, SpanId};

/// How many steps are remembered, of all operations together.
const CAPACITY: usize = 512;

/// The latest attempts, waits and failures, by the operation in which they happened.
///
/// Not left to the hub's scope: outside of a hub per request, a thread's hub has those of whatever
/// the thread did, and a report would tell of other people's operations.
#[derive(Debug, Default)]
pub(super) struct Trail(VecDeque<Step>);

/// Something that happened within an operation.
#[derive(Debug)]
pub(super) struct Step {
    span: SpanId,
    parent: Option<SpanId>,
    crumb: Breadcrumb,
}

impl Step {
    pub(super) fn new(event: &Event<'_>) -> Self {
        Self { span: event.span_id(), parent: event.parent_id(), crumb: crumb(event) }
    }
}

impl Trail {
    pub(super) fn push(&mut self, step: Step) {
        if self.0.len() == CAPACITY {
            self.0.pop_front();
        }
        self.0.push_back(step);
    }

    /// The steps within these operations and their parts, oldest first.
    pub(super) fn of(&self, roots: impl IntoIterator<Item = SpanId>) -> Vec<Breadcrumb> {
        let mut family: Vec<_> = roots.into_iter().collect();
        let mut found = Vec::new();
        // From the last one on, because a part's own steps are before the one that names its parent.
        for step in self.0.iter().rev() {
            let is_part = step.parent.is_some_and(|parent| family.contains(&parent));
            if is_part {
                family.push(step.span);
            }
            if is_part || family.contains(&step.span) {
                found.push(step.crumb.clone());
            }
        }
        found.reverse();
        found
    }
}

fn crumb(event: &Event<'_>) -> Breadcrumb {
    let message = match event.kind() {
        Some(kind) => format!("{} failed: {kind}", event.operation()),
        None => event.name().last_segment().to_owned(),
    };
    Breadcrumb {
        timestamp: event.system_time(),
        category: Some(event.name().as_str().into()),
        level: if event.kind().is_some() { Level::Warning } else { Level::Info },
        message: Some(message),
        data: values::of(event).collect(),
        ..Breadcrumb::default()
    }
}
