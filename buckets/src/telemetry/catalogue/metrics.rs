use crate::telemetry::Outcome;
use crate::telemetry::catalogue::bounds;

/// A metric: what is made of which events. Every reporter keeps the same ones.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct MetricDefinition {
    /// The dotted name, without unit: `buckets.operation.duration`.
    pub name: &'static str,
    /// What is done with the events.
    pub kind: MetricKind,
    /// Which events, as [`Dispatcher::attach`](crate::telemetry::Dispatcher::attach) takes them.
    /// Empty for what a reporter knows of itself.
    pub selectors: &'static [&'static str],
    /// Only operations that ended so.
    pub ended: Ended,
    /// What is measured; [`None`] where events are counted. Events without it are left out.
    pub measurement: Option<&'static str>,
    /// What tells its series from one another.
    pub tags: &'static [Tag],
    /// The unit.
    pub unit: Unit,
    /// The upper bounds of a distribution's buckets, unless the reporter is told others.
    pub bounds: Option<&'static [f64]>,
    /// Whether its series are there, with zeros, before anything has happened.
    pub is_known: bool,
    /// One sentence.
    pub help: &'static str,
}

/// What a metric does with its events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MetricKind {
    /// Counts them.
    Counter,
    /// Adds a measurement up.
    Sum,
    /// Tells how many operations have begun and not ended.
    InFlight,
    /// Tells how a measurement is distributed.
    Distribution,
}

/// Which operations a metric is about, by how they ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ended {
    /// All of them.
    Anyhow,
    /// Those that did what was asked.
    Successfully,
    /// Those in which something [went wrong](Outcome::is_failure): neither expected errors nor
    /// cancelled operations.
    InFailure,
}

impl Ended {
    /// Whether an operation with this outcome is among them.
    pub const fn includes(self, outcome: Outcome) -> bool {
        match self {
            Self::Anyhow => true,
            Self::Successfully => matches!(outcome, Outcome::Success),
            Self::InFailure => outcome.is_failure(),
        }
    }
}

/// What tells the series of a metric from one another. Each has a small set of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Tag {
    /// The operation: the last segment of the event's name, but of what happens within an operation
    /// the one before.
    Operation,
    /// The adapter's name.
    Adapter,
    /// The cloud's name.
    Cloud,
    /// How the operation ended: `success`, `error` (an expected one too) or `cancelled`.
    Status,
    /// The [`ErrorKind`](crate::ErrorKind) of an error.
    Kind,
    /// `upload` or `download`; events without direction are left out.
    Direction,
    /// What is limited, which is the last segment of the event's name.
    Limit,
    /// A handler's id.
    Handler,
}

impl Tag {
    /// The tag's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Operation => "operation",
            Self::Adapter => "adapter",
            Self::Cloud => "cloud",
            Self::Status => "status",
            Self::Kind => "kind",
            Self::Direction => "direction",
            Self::Limit => "limit",
            Self::Handler => "handler",
        }
    }
}

/// What a metric's numbers are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// How many.
    Count,
    /// Seconds.
    Seconds,
    /// Bytes.
    Bytes,
}

const CLOUD_ENDS: &[&str] = &["buckets.cloud.*.stop", "buckets.cloud.*.exception"];
const ADAPTER_ENDS: &[&str] = &["buckets.adapter.*.stop", "buckets.adapter.*.exception"];
const BY_CLOUD: &[Tag] = &[Tag::Operation, Tag::Adapter, Tag::Cloud];

/// Where definitions differ from.
pub(super) const BASE: MetricDefinition = MetricDefinition {
    name: "",
    kind: MetricKind::Counter,
    selectors: &[],
    ended: Ended::Anyhow,
    measurement: None,
    tags: &[],
    unit: Unit::Count,
    bounds: None,
    is_known: false,
    help: "",
};

/// A distribution of durations.
pub(super) const DURATION: MetricDefinition = MetricDefinition {
    kind: MetricKind::Distribution,
    measurement: Some("duration"),
    unit: Unit::Seconds,
    bounds: Some(bounds::DURATIONS),
    ..BASE
};

/// Every built-in metric. Those of cloud operations and of adapter operations are apart, because
/// the first contain the second.
pub static METRICS: &[MetricDefinition] = &[
    MetricDefinition {
        name: "buckets.operation.duration",
        selectors: &["buckets.cloud.*.stop"],
        ended: Ended::Successfully,
        tags: BY_CLOUD,
        is_known: true,
        help: "Duration of cloud operations that succeeded.",
        ..DURATION
    },
    MetricDefinition {
        name: "buckets.operations",
        selectors: CLOUD_ENDS,
        tags: &[Tag::Operation, Tag::Adapter, Tag::Cloud, Tag::Status],
        is_known: true,
        help: "Cloud operations that ended, by how they ended.",
        ..BASE
    },
    MetricDefinition {
        name: "buckets.operation.errors",
        selectors: &["buckets.cloud.*.exception"],
        ended: Ended::InFailure,
        tags: &[Tag::Operation, Tag::Adapter, Tag::Cloud, Tag::Kind],
        is_known: true,
        help: "Cloud operations that failed, by kind of error; expected errors and cancelled operations are not among them.",
        ..BASE
    },
    MetricDefinition {
        name: "buckets.failed.operation.duration",
        selectors: &["buckets.cloud.*.exception"],
        ended: Ended::InFailure,
        tags: BY_CLOUD,
        help: "Duration of cloud operations that failed; expected errors and cancelled operations are not among them.",
        ..DURATION
    },
    MetricDefinition {
        name: "buckets.operations.in_flight",
        kind: MetricKind::InFlight,
        selectors: &["buckets.cloud.*.start", "buckets.cloud.*.stop", "buckets.cloud.*.exception"],
        tags: BY_CLOUD,
        is_known: true,
        help: "Cloud operations that have begun and not ended.",
        ..BASE
    },
    MetricDefinition {
        name: "buckets.transferred",
        kind: MetricKind::Sum,
        selectors: CLOUD_ENDS,
        measurement: Some("bytes"),
        tags: &[Tag::Operation, Tag::Adapter, Tag::Cloud, Tag::Direction],
        unit: Unit::Bytes,
        is_known: true,
        help: "Content that went through this process, counted when its operation ends, however it ends.",
        ..BASE
    },
    MetricDefinition {
        name: "buckets.object.size",
        kind: MetricKind::Distribution,
        selectors: &["buckets.cloud.*.stop"],
        ended: Ended::Successfully,
        measurement: Some("bytes"),
        tags: BY_CLOUD,
        unit: Unit::Bytes,
        bounds: Some(bounds::SIZES),
        help: "Size of the objects, or of the parts asked for, of cloud operations that succeeded.",
        ..BASE
    },
    MetricDefinition {
        name: "buckets.time_to_first_byte",
        selectors: CLOUD_ENDS,
        measurement: Some("time_to_first_byte"),
        tags: BY_CLOUD,
        bounds: Some(bounds::FIRST_BYTE),
        help: "Time from the beginning of a cloud operation to the first byte of its body.",
        ..DURATION
    },
    MetricDefinition {
        name: "buckets.adapter.operation.duration",
        selectors: &["buckets.adapter.*.stop"],
        ended: Ended::Successfully,
        tags: &[Tag::Operation, Tag::Adapter],
        is_known: true,
        help: "Duration of adapter operations that succeeded, retries included.",
        ..DURATION
    },
    MetricDefinition {
        name: "buckets.adapter.operations",
        selectors: ADAPTER_ENDS,
        tags: &[Tag::Operation, Tag::Adapter, Tag::Status],
        is_known: true,
        help: "Adapter operations that ended, by how they ended.",
        ..BASE
    },
    MetricDefinition {
        name: "buckets.adapter.operation.errors",
        selectors: &["buckets.adapter.*.exception"],
        ended: Ended::InFailure,
        tags: &[Tag::Operation, Tag::Adapter, Tag::Kind],
        is_known: true,
        help: "Adapter operations that failed, by kind of error; expected errors and cancelled operations are not among them.",
        ..BASE
    },
    MetricDefinition {
        name: "buckets.adapter.retries",
        selectors: &["buckets.adapter.*.retry"],
        tags: &[Tag::Operation, Tag::Adapter, Tag::Cloud],
        help: "Attempts that were repeated, and checks whether one was done.",
        ..BASE
    },
    MetricDefinition {
        name: "buckets.adapter.retry.wait.duration",
        selectors: &["buckets.adapter.*.retry", "buckets.adapter.*.resume"],
        measurement: Some("wait"),
        tags: &[Tag::Operation, Tag::Adapter, Tag::Cloud],
        help: "Time to wait before another attempt.",
        ..DURATION
    },
    MetricDefinition {
        name: "buckets.adapter.retries.given_up",
        selectors: &["buckets.adapter.*.give_up"],
        tags: &[Tag::Operation, Tag::Adapter, Tag::Cloud],
        help: "Failures that may pass and were not tried again: attempts, time or budget were used up.",
        ..BASE
    },
    MetricDefinition {
        name: "buckets.adapter.resumptions",
        selectors: &["buckets.adapter.*.resume"],
        tags: &[Tag::Operation, Tag::Adapter, Tag::Cloud],
        help: "How often the rest of a body that broke off was asked for.",
        ..BASE
    },
    MetricDefinition {
        name: "buckets.limit.wait.duration",
        selectors: &["buckets.limit.wait"],
        measurement: Some("wait"),
        tags: &[Tag::Limit, Tag::Adapter, Tag::Cloud],
        help: "Time that calls waited for a limit, until they were admitted or dropped.",
        ..DURATION
    },
    MetricDefinition {
        name: "buckets.limit.refusals",
        selectors: &["buckets.limit.refusal"],
        tags: &[Tag::Limit, Tag::Adapter, Tag::Cloud],
        help: "Calls that a limit refused.",
        ..BASE
    },
    MetricDefinition {
        name: "buckets.circuit.openings",
        selectors: &["buckets.circuit.open"],
        tags: &[Tag::Adapter, Tag::Cloud],
        help: "How often a circuit breaker began to refuse calls.",
        ..BASE
    },
    MetricDefinition {
        name: "buckets.telemetry.events",
        is_known: true,
        help: "Events that went into these metrics.",
        ..BASE
    },
    MetricDefinition {
        name: "buckets.telemetry.suppressed.events",
        is_known: true,
        help: "Events that no handler was told of because a handler caused them.",
        ..BASE
    },
    MetricDefinition {
        name: "buckets.telemetry.handler.failures",
        tags: &[Tag::Handler],
        is_known: true,
        help: "Panics of handlers of events, by the handler's id.",
        ..BASE
    },
    MetricDefinition {
        name: "buckets.telemetry.overflow.events",
        is_known: true,
        help: "Events that went into a series named `other` because there were too many series.",
        ..BASE
    },
];
