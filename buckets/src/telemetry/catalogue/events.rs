use crate::telemetry::catalogue::names;
use crate::telemetry::{EventName, Stage};

/// A kind of event that this library emits.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct EventDefinition {
    /// The name without stage.
    pub name: &'static EventName,
    /// The stages that occur: three for an operation, [`Point`](Stage::Point) for something that
    /// merely happens.
    pub stages: &'static [Stage],
    /// The measurements of the event that ends it; `duration` is always there, others where they make sense.
    pub measurements: &'static [&'static str],
    /// The metadata, over all stages; what an event does not know it does not have.
    pub metadata: &'static [&'static str],
    /// Which way content goes through this process, where some does.
    pub direction: Option<Direction>,
    /// One sentence.
    pub doc: &'static str,
}

impl EventDefinition {
    /// The operation: the last segment of the name, or for what happens within an operation of an
    /// adapter, such as `buckets.adapter.put.retry`, the one before.
    pub fn operation(&self) -> &'static str {
        operation_of(self.name)
    }

    /// The definition of the built-in event of this name.
    pub fn find(name: &EventName) -> Option<&'static Self> {
        EVENTS.iter().find(|event| event.name == name)
    }
}

/// The operation that an event of this name is of or happens in.
pub(crate) fn operation_of(name: &EventName) -> &'static str {
    let within = name.as_str().strip_prefix("buckets.adapter.").and_then(|name| name.split_once('.'));
    within.map_or_else(|| name.last_segment(), |(operation, _)| operation)
}

/// Which way content moves: the `direction` label of metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To the store.
    Upload,
    /// From the store.
    Download,
}

impl Direction {
    /// The label's value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Upload => "upload",
            Self::Download => "download",
        }
    }
}

const SPAN: &[Stage] = &[Stage::Start, Stage::Stop, Stage::Exception];
const TIMED: &[&str] = &["duration", "attempts"];
const TOKEN: &[&str] = &["duration", "attempts", "expiry"];
const SIZED: &[&str] = &["duration", "attempts", "bytes"];
const STREAMED: &[&str] = &["duration", "attempts", "bytes", "time_to_first_byte"];
const OPERATION: &[&str] = &[
    "operation",
    "adapter",
    "cloud",
    "span_id",
    "parent_id",
    "content_type",
    "status",
    "kind",
    "handled",
    "retryable",
    "http_status",
    "request_id",
    "timeout",
];

const fn operation(
    name: &'static EventName,
    measurements: &'static [&'static str],
    direction: Option<Direction>,
    doc: &'static str,
) -> EventDefinition {
    EventDefinition { name, stages: SPAN, measurements, metadata: OPERATION, direction, doc }
}

const POINT: &[&str] = &["operation", "adapter", "cloud", "span_id"];
const WAIT: &[&str] = &["operation", "adapter", "cloud", "span_id", "limit", "admitted"];
const REFUSAL: &[&str] = &["operation", "adapter", "cloud", "span_id", "limit"];

/// Something that happens within an operation.
const fn point(
    name: &'static EventName,
    measurements: &'static [&'static str],
    metadata: &'static [&'static str],
    doc: &'static str,
) -> EventDefinition {
    EventDefinition { name, stages: &[Stage::Point], measurements, metadata, direction: None, doc }
}

const RETRY: &[&str] = &["operation", "adapter", "cloud", "span_id", "kind", "next"];
const GIVE_UP: &[&str] = &["operation", "adapter", "cloud", "span_id", "kind", "reason"];

const fn retry(name: &'static EventName) -> EventDefinition {
    point(name, &["attempt", "wait"], RETRY, "Another attempt follows, after a wait.")
}

const fn give_up(name: &'static EventName) -> EventDefinition {
    point(name, &["attempt"], GIVE_UP, "A failure that may pass was not tried again, for a reason.")
}

const UP: Option<Direction> = Some(Direction::Upload);
const DOWN: Option<Direction> = Some(Direction::Download);

/// Every built-in event.
pub static EVENTS: &[EventDefinition] = &[
    operation(&names::CLOUD_INSERT, SIZED, UP, "Content was put into a cloud."),
    operation(&names::CLOUD_READ, SIZED, DOWN, "Content was read into memory."),
    operation(&names::CLOUD_READER, STREAMED, DOWN, "An object was opened for reading; ends when its body ends."),
    operation(
        &names::CLOUD_LOAD,
        SIZED,
        DOWN,
        "An object was fetched to work on: to memory, a temporary file or a directory.",
    ),
    operation(&names::CLOUD_UNLOAD, TIMED, None, "The local content of an object was let go."),
    operation(&names::CLOUD_DELETE, TIMED, None, "An object was removed."),
    operation(
        &names::CLOUD_COPY,
        SIZED,
        None,
        "An object was copied; its content may have gone through this process or not.",
    ),
    operation(&names::CLOUD_URL, TIMED, None, "A signed link was made."),
    operation(&names::CLOUD_LINK, TIMED, None, "A signed link was presented, and was good for the request or refused."),
    operation(&names::CLOUD_HEAD, TIMED, None, "What the store knows of an object was asked."),
    operation(&names::CLOUD_EXISTS, TIMED, None, "Whether an object exists was asked."),
    operation(&names::CLOUD_LIST, TIMED, None, "A page of objects was listed."),
    operation(&names::CLOUD_HEALTH, TIMED, None, "Whether the store answers was asked."),
    operation(&names::CLOUD_DIRECT_UPLOAD, TIMED, None, "An upload past the application was prepared."),
    operation(&names::CLOUD_COMPLETE_UPLOAD, SIZED, None, "An upload past the application was checked and taken."),
    operation(&names::ADAPTER_PUT, SIZED, UP, "The store was asked to store an object."),
    operation(&names::ADAPTER_GET, STREAMED, DOWN, "The store was asked for an object; ends when the body ends."),
    operation(&names::ADAPTER_HEAD, TIMED, None, "The store was asked what it knows of an object."),
    operation(&names::ADAPTER_DELETE, TIMED, None, "The store was asked to remove an object."),
    operation(&names::ADAPTER_COPY, TIMED, None, "The store was asked to copy an object."),
    operation(&names::ADAPTER_LIST, TIMED, None, "The store was asked for a page of objects."),
    operation(&names::ADAPTER_URL, TIMED, None, "The store was asked to sign a link."),
    retry(&names::ADAPTER_PUT_RETRY),
    give_up(&names::ADAPTER_PUT_GIVE_UP),
    retry(&names::ADAPTER_GET_RETRY),
    give_up(&names::ADAPTER_GET_GIVE_UP),
    retry(&names::ADAPTER_HEAD_RETRY),
    give_up(&names::ADAPTER_HEAD_GIVE_UP),
    retry(&names::ADAPTER_DELETE_RETRY),
    give_up(&names::ADAPTER_DELETE_GIVE_UP),
    retry(&names::ADAPTER_COPY_RETRY),
    give_up(&names::ADAPTER_COPY_GIVE_UP),
    retry(&names::ADAPTER_LIST_RETRY),
    give_up(&names::ADAPTER_LIST_GIVE_UP),
    retry(&names::ADAPTER_URL_RETRY),
    give_up(&names::ADAPTER_URL_GIVE_UP),
    point(
        &names::ADAPTER_GET_RESUME,
        &["attempt", "wait", "offset"],
        RETRY,
        "The rest of a body that broke off is asked for, after a wait.",
    ),
    point(
        &names::LIMIT_WAIT_CONCURRENCY,
        &["wait", "size", "waiting"],
        WAIT,
        "A call waited because there were enough at once; `size` says how many that is, and `waiting` how many wait still.",
    ),
    point(&names::LIMIT_WAIT_RATE, &["wait"], WAIT, "A call waited because calls came too fast."),
    point(
        &names::LIMIT_QUEUE_CONCURRENCY,
        &["size", "waiting"],
        REFUSAL,
        "A call begins to wait because there are enough at once; `waiting` says how many do, this one included.",
    ),
    point(&names::LIMIT_REFUSAL_CONCURRENCY, &[], REFUSAL, "A call was refused: enough at once, and enough waiting."),
    point(&names::LIMIT_REFUSAL_RATE, &[], REFUSAL, "A call was refused because calls came too fast."),
    point(&names::LIMIT_REFUSAL_CIRCUIT, &[], REFUSAL, "A call was refused because its store is taken for down."),
    point(&names::LIMIT_REFUSAL_LOAD, &[], REFUSAL, "A call was refused: something below was not ready for it."),
    point(&names::LIMIT_REFUSAL_BUDGET, &[], REFUSAL, "A call was refused because the budget for it is spent."),
    point(&names::CIRCUIT_OPEN, &["failure_ratio"], POINT, "A store failed too often and is sent nothing for a while."),
    point(&names::CIRCUIT_CLOSE, &["failure_ratio"], POINT, "A store that was sent nothing did well at a trial."),
    point(
        &names::COST_REQUEST,
        &["requests", "cost_picodollars"],
        &["operation", "adapter", "cloud", "span_id", "component", "class", "billed", "sheet", "as_of"],
        "An attempt was answered or given up, and its provider bills it or not.",
    ),
    point(
        &names::COST_TRANSFER,
        &["bytes", "cost_picodollars"],
        &["operation", "adapter", "cloud", "span_id", "component"],
        "Content moved that its provider bills by the byte.",
    ),
    point(
        &names::COST_BUDGET_WARNING,
        &["spent_picodollars", "limit_picodollars"],
        POINT,
        "As much of a budget is spent as to be warned of.",
    ),
    operation(
        &names::INVENTORY_SCAN,
        &["duration", "pages", "objects", "bytes"],
        None,
        "All objects of a cloud were counted.",
    ),
    point(
        &names::INVENTORY_STORED,
        &["objects", "bytes", "monthly_cost_picodollars", "timestamp"],
        &["operation", "adapter", "cloud", "span_id", "storage_class"],
        "So much is stored in one class of storage, as was found by counting.",
    ),
    point(
        &names::UPLOAD_ORPHAN,
        &["orphans"],
        POINT,
        "An upload in parts was given up and could not be aborted; `orphans` says how many wait for a sweep.",
    ),
    point(
        &names::UPLOAD_SWEEP,
        &["aborted", "orphans"],
        POINT,
        "Uploads in parts that were given up were aborted; `orphans` says how many could not be.",
    ),
    operation(&names::AUTH_TOKEN_FETCH, TOKEN, None, "An access token was fetched, the first of its credentials."),
    operation(&names::AUTH_TOKEN_REFRESH, TOKEN, None, "An access token was fetched to replace one before it expires."),
    EventDefinition {
        name: &names::HANDLER_FAILURE,
        stages: &[Stage::Point],
        measurements: &[],
        metadata: &["operation", "adapter", "cloud", "span_id", "parent_id", "handler", "event"],
        direction: None,
        doc: "A handler panicked: `handler` and `event` say which and at what.",
    },
];
