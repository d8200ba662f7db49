//! What was reported lately.

use std::collections::VecDeque;

use crate::error::ErrorKind;
use crate::telemetry::SpanId;

/// How many failures are remembered. An operation ends as a rule at once after the part it failed of,
/// so that this is room for some hundred that fail at the same time.
const CAPACITY: usize = 512;

/// Remembers which operations have failed of something that was reported, so that it is not reported
/// once more for the operation around it.
#[derive(Debug, Default)]
pub(super) struct Recent(VecDeque<(SpanId, ErrorKind)>);

impl Recent {
    pub(super) fn contains(&self, span: SpanId, kind: ErrorKind) -> bool {
        self.0.contains(&(span, kind))
    }

    pub(super) fn insert(&mut self, span: Option<SpanId>, kind: ErrorKind) {
        let Some(span) = span.filter(|span| !self.contains(*span, kind)) else { return };
        if self.0.len() == CAPACITY {
            self.0.pop_front();
        }
        self.0.push_back((span, kind));
    }
}
