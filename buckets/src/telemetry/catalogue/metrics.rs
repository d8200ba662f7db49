use super::bounds;
use super::metric_definition::{BASE, DURATION, Ended, Filter, MetricDefinition, MetricKind, Unit};
use super::tag::Tag;
use crate::error::ErrorKind;
use crate::telemetry::{Event, Value};

const CLOUD_ENDS: &[&str] = &["buckets.cloud.*.stop", "buckets.cloud.*.exception"];
const ADAPTER_ENDS: &[&str] = &["buckets.adapter.*.stop", "buckets.adapter.*.exception"];
const LIMITED_CONCURRENCY: &[&str] = &["buckets.limit.queue.concurrency", "buckets.limit.wait.concurrency"];
const TOKEN_ENDS: &[&str] = &["buckets.auth.token.*.stop", "buckets.auth.token.*.exception"];
const BY_STORAGE_CLASS: &[Tag] = &[Tag::Adapter, Tag::Cloud, Tag::Field("storage_class")];
const DOLLARS_PER_PICODOLLAR: f64 = 1e-12;
const BY_CLOUD: &[Tag] = &[Tag::Operation, Tag::Adapter, Tag::Cloud];

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
        name: "buckets.last_success.timestamp",
        selectors: &["buckets.cloud.*.stop"],
        ended: Ended::Successfully,
        tags: BY_CLOUD,
        help: "When a cloud operation last succeeded, in seconds since 1970.",
        ..MetricDefinition::last_value("", "system_time", &[]).unit(Unit::Seconds)
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
        name: "buckets.adapter.transferred",
        kind: MetricKind::Sum,
        selectors: ADAPTER_ENDS,
        measurement: Some("bytes"),
        tags: &[Tag::Operation, Tag::Adapter, Tag::Cloud, Tag::Direction],
        unit: Unit::Bytes,
        help: "Content that the adapter was handed or handed out, counted when its operation ends, however it ends.",
        ..BASE
    },
    MetricDefinition {
        name: "buckets.adapter.attempts",
        kind: MetricKind::Sum,
        selectors: ADAPTER_ENDS,
        measurement: Some("attempts"),
        tags: &[Tag::Operation, Tag::Adapter, Tag::Cloud],
        help: "Attempts that adapter operations took, where something below counted them.",
        ..BASE
    },
    MetricDefinition {
        name: "buckets.adapter.throttled",
        selectors: &["buckets.adapter.*.retry", "buckets.adapter.*.resume", "buckets.adapter.*.exception"],
        filter: Filter::Keep(is_throttled),
        tags: &[Tag::Operation, Tag::Adapter, Tag::Cloud],
        help: "Attempts that the store refused because there were too many, tried again or not.",
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
        name: "buckets.concurrency.limit",
        tags: &[Tag::Adapter, Tag::Cloud],
        help: "How many calls may run at once, where one had to wait for that.",
        ..MetricDefinition::last_value("", "size", LIMITED_CONCURRENCY)
    },
    MetricDefinition {
        name: "buckets.concurrency.waiting",
        tags: &[Tag::Adapter, Tag::Cloud],
        help: "How many calls wait because so many run at once.",
        ..MetricDefinition::last_value("", "waiting", LIMITED_CONCURRENCY)
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
        name: "buckets.billable.requests",
        kind: MetricKind::Sum,
        selectors: &["buckets.cost.request"],
        measurement: Some("requests"),
        tags: &[Tag::Adapter, Tag::Cloud, Tag::Field("class")],
        help: "Requests that the provider bills, by class; attempts that it does not bill are not among them.",
        ..BASE
    },
    MetricDefinition {
        name: "buckets.billable",
        kind: MetricKind::Sum,
        selectors: &["buckets.cost.transfer"],
        measurement: Some("bytes"),
        tags: &[Tag::Adapter, Tag::Cloud, Tag::Field("component")],
        unit: Unit::Bytes,
        help: "Content that the provider may bill by the byte, counted when its transfer ends.",
        ..BASE
    },
    MetricDefinition {
        name: "buckets.estimated_cost.usd",
        kind: MetricKind::Sum,
        selectors: &["buckets.cost.request", "buckets.cost.transfer"],
        measurement: Some("cost_picodollars"),
        scale: DOLLARS_PER_PICODOLLAR,
        tags: &[Tag::Adapter, Tag::Cloud, Tag::Field("component")],
        help: "Estimated cost of requests and transfers in US dollars, by list prices.",
        ..BASE
    },
    MetricDefinition {
        name: "buckets.price_sheet.info",
        kind: MetricKind::LastValue,
        selectors: &["buckets.cost.request"],
        tags: &[Tag::Adapter, Tag::Cloud, Tag::Field("sheet"), Tag::Field("as_of")],
        help: "1 for each price sheet that costs were estimated by, with the day from which its prices are.",
        ..BASE
    },
    MetricDefinition {
        name: "buckets.budget.warnings",
        selectors: &["buckets.cost.budget.warning"],
        tags: &[Tag::Adapter, Tag::Cloud],
        help: "How often so much of a budget was spent as to be warned of.",
        ..BASE
    },
    MetricDefinition {
        name: "buckets.stored",
        tags: BY_STORAGE_CLASS,
        help: "Content that is stored, as the last inventory has it.",
        unit: Unit::Bytes,
        ..MetricDefinition::last_value("", "bytes", &["buckets.inventory.stored"])
    },
    MetricDefinition {
        name: "buckets.stored.objects",
        tags: BY_STORAGE_CLASS,
        help: "Objects that are stored, as the last inventory has it.",
        ..MetricDefinition::last_value("", "objects", &["buckets.inventory.stored"])
    },
    MetricDefinition {
        name: "buckets.stored.monthly_cost.usd",
        tags: BY_STORAGE_CLASS,
        scale: DOLLARS_PER_PICODOLLAR,
        help: "Estimated cost of keeping what is stored for a month in US dollars, by list prices.",
        ..MetricDefinition::last_value("", "monthly_cost_picodollars", &["buckets.inventory.stored"])
    },
    MetricDefinition {
        name: "buckets.stored.scan.timestamp",
        tags: BY_STORAGE_CLASS,
        unit: Unit::Seconds,
        help: "When the last inventory ended, in seconds since 1970.",
        ..MetricDefinition::last_value("", "timestamp", &["buckets.inventory.stored"])
    },
    MetricDefinition {
        name: "buckets.upload.orphans",
        selectors: &["buckets.upload.orphan"],
        tags: &[Tag::Adapter],
        help: "Uploads in parts that were given up and could not be aborted; they cost storage until a sweep.",
        ..BASE
    },
    MetricDefinition {
        name: "buckets.upload.swept",
        kind: MetricKind::Sum,
        selectors: &["buckets.upload.sweep"],
        measurement: Some("aborted"),
        tags: &[Tag::Adapter],
        help: "Uploads in parts that were given up, here or by others, and that sweeps aborted.",
        ..BASE
    },
    MetricDefinition {
        name: "buckets.token.refreshes",
        selectors: TOKEN_ENDS,
        tags: &[Tag::Adapter, Tag::Status],
        help: "Requests for access tokens that ended, by how they ended, the first of their credentials among them.",
        ..BASE
    },
    MetricDefinition {
        name: "buckets.token.expiry.timestamp",
        tags: &[Tag::Adapter],
        unit: Unit::Seconds,
        help: "When the access token expires that was fetched last, in seconds since 1970.",
        ..MetricDefinition::last_value("", "expiry", TOKEN_ENDS)
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
        name: "buckets.telemetry.dropped",
        tags: &[Tag::Handler, Tag::Field("reason")],
        help: "What handlers could not deliver, by reason.",
        ..BASE
    },
    MetricDefinition {
        name: "buckets.telemetry.queue.length",
        kind: MetricKind::LastValue,
        tags: &[Tag::Handler],
        help: "How much waits in handlers to be delivered.",
        ..BASE
    },
    MetricDefinition {
        name: "buckets.telemetry.overflow.events",
        is_known: true,
        help: "Events that went into a series named `other` because there were too many series.",
        ..BASE
    },
];

/// Whether the store said "not so fast" to the attempt that the event tells of.
fn is_throttled(event: &Event<'_>) -> bool {
    event.field("kind").as_ref().and_then(Value::as_str) == Some(ErrorKind::Throttled.as_str())
}
