//! The tag that takes its value from how an operation ended.

use crate::error::ErrorKind;
use crate::handlers::metric::Metric;
use crate::telemetry::catalogue::{KNOWN_KINDS, Tag};
use crate::telemetry::{Event, Status};

/// The tag that takes its value from how the operation ended, where a metric has one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum EndTag {
    None,
    Status,
    Kind,
}

impl EndTag {
    pub(super) fn of(metric: &Metric) -> Self {
        match metric.definition.tags {
            tags if tags.contains(&Tag::Status) => Self::Status,
            tags if tags.contains(&Tag::Kind) => Self::Kind,
            _ => Self::None,
        }
    }

    /// The tag's values, and whether their series are there from the start.
    pub(super) fn values(self) -> Vec<(&'static str, bool)> {
        match self {
            Self::None => vec![("", true)],
            Self::Status => Status::ALL.iter().map(|status| (status.as_str(), true)).collect(),
            Self::Kind => ErrorKind::ALL.iter().map(|kind| (kind.as_str(), KNOWN_KINDS.contains(kind))).collect(),
        }
    }

    /// The position among [`values`](Self::values) of the one that `event` has.
    pub(super) fn position(self, event: &Event<'_>) -> Option<usize> {
        match self {
            Self::None => Some(0),
            Self::Status => event.outcome().map(|outcome| outcome.status() as usize),
            Self::Kind => event.kind().map(ErrorKind::index),
        }
    }
}
