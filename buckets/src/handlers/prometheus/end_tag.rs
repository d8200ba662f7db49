//! The tag that takes its value from how an operation ended.

use crate::error::ErrorKind;
use crate::handlers::metric::Metric;
use crate::telemetry::catalogue::{KNOWN_KINDS, Tag, possible_kinds};
use crate::telemetry::{Event, Status};

/// The tag that takes its value from how the operation ended, where a metric has one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum EndTag {
    None,
    Status,
    Kind,
}

/// When a series is there, with a zero.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    FromTheStart,
    /// With the first of its events, whatever it counts.
    OnceUsed,
    OnceCounted,
}

impl EndTag {
    pub(super) fn of(metric: &Metric) -> Self {
        match metric.definition.tags {
            tags if tags.contains(&Tag::Status) => Self::Status,
            tags if tags.contains(&Tag::Kind) => Self::Kind,
            _ => Self::None,
        }
    }

    /// The tag's values, and when their series are to be there.
    pub(super) fn values(self) -> Vec<(&'static str, Shown)> {
        let shown = |kind: &ErrorKind| match kind {
            kind if KNOWN_KINDS.contains(kind) => Shown::FromTheStart,
            kind if possible_kinds().any(|possible| possible == *kind) => Shown::OnceUsed,
            _ => Shown::OnceCounted,
        };
        match self {
            Self::None => vec![("", Shown::FromTheStart)],
            Self::Status => Status::ALL.iter().map(|status| (status.as_str(), Shown::FromTheStart)).collect(),
            Self::Kind => ErrorKind::ALL.iter().map(|kind| (kind.as_str(), shown(kind))).collect(),
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
