use std::sync::Arc;

use super::Register;
use super::attached::Attached;
use crate::telemetry::{EventName, Stage};

/// Who wants what, by event and stage: made anew whenever a handler comes or goes, or an event
/// turns up that was not known then.
pub(super) struct Routes {
    /// The latest attachment that these routes know of.
    pub(super) attachments: u64,
    by_event: Vec<Stages>,
}

/// Handlers by stage, each in the order in which they were attached.
pub(super) type Stages = [Box<[Arc<Attached>]>; Stage::COUNT];

impl Routes {
    pub(super) fn new(Register { attached, attachments, .. }: &Register) -> Self {
        let stages = [Stage::Start, Stage::Stop, Stage::Exception, Stage::Point];
        let wanting = |name: &str, stage: Stage| {
            let wants = |handler: &&Arc<Attached>| handler.selectors.iter().any(|s| s.matches(name, stage));
            attached.iter().filter(wants).cloned().collect()
        };
        let by_event = EventName::registered().iter().map(|name| stages.map(|stage| wanting(name, stage))).collect();
        Self { attachments: *attachments, by_event }
    }

    pub(super) fn find(&self, event: usize) -> Option<(&Self, &Stages)> {
        Some((self, self.by_event.get(event)?))
    }
}
