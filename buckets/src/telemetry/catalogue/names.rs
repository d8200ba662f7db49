//! The names of the built-in events.

use crate::telemetry::EventName;

macro_rules! names {
    ($($(#[$doc:meta])* $NAME:ident = $name:literal;)+) => {
        $($(#[$doc])* pub static $NAME: EventName = EventName::new($name);)+

        #[cfg(test)]
        pub(crate) static ALL: &[&EventName] = &[$(&$NAME),+];
    };
}

names! {
    /// Content was put into a cloud.
    CLOUD_INSERT = "buckets.cloud.insert";
    /// The whole content of an object was read into memory.
    CLOUD_READ = "buckets.cloud.read";
    /// An object was opened for reading; ends when its body ends.
    CLOUD_READER = "buckets.cloud.reader";
    /// An object was fetched to work on: to memory, a temporary file or a directory.
    CLOUD_LOAD = "buckets.cloud.load";
    /// The local content of an object was let go.
    CLOUD_UNLOAD = "buckets.cloud.unload";
    /// An object was removed.
    CLOUD_DELETE = "buckets.cloud.delete";
    /// An object was copied, within a cloud or from another one.
    CLOUD_COPY = "buckets.cloud.copy";
    /// A signed link was made.
    CLOUD_URL = "buckets.cloud.url";
    /// A signed link was presented, and was good for the request or refused.
    CLOUD_LINK = "buckets.cloud.link";
    /// What the store knows of an object was asked.
    CLOUD_HEAD = "buckets.cloud.head";
    /// Whether an object exists was asked.
    CLOUD_EXISTS = "buckets.cloud.exists";
    /// A page of objects was listed.
    CLOUD_LIST = "buckets.cloud.list";
    /// Whether the store answers was asked.
    CLOUD_HEALTH = "buckets.cloud.health";
    /// An upload past the application was prepared.
    CLOUD_DIRECT_UPLOAD = "buckets.cloud.direct_upload";
    /// An upload past the application was checked and taken.
    CLOUD_COMPLETE_UPLOAD = "buckets.cloud.complete_upload";
    /// The store was asked to store an object.
    ADAPTER_PUT = "buckets.adapter.put";
    /// The store was asked for an object; ends when the body ends.
    ADAPTER_GET = "buckets.adapter.get";
    /// The store was asked what it knows of an object.
    ADAPTER_HEAD = "buckets.adapter.head";
    /// The store was asked to remove an object.
    ADAPTER_DELETE = "buckets.adapter.delete";
    /// The store was asked to copy an object.
    ADAPTER_COPY = "buckets.adapter.copy";
    /// The store was asked for a page of objects.
    ADAPTER_LIST = "buckets.adapter.list";
    /// The store was asked to sign a link.
    ADAPTER_URL = "buckets.adapter.url";
    /// Another attempt at a `put` follows, after a `wait`.
    ADAPTER_PUT_RETRY = "buckets.adapter.put.retry";
    /// A `put` failed in a way that may pass, and was not tried again for a `reason`.
    ADAPTER_PUT_GIVE_UP = "buckets.adapter.put.give_up";
    /// Another attempt at a `get` follows, after a `wait`.
    ADAPTER_GET_RETRY = "buckets.adapter.get.retry";
    /// A `get` failed in a way that may pass, and was not tried again for a `reason`.
    ADAPTER_GET_GIVE_UP = "buckets.adapter.get.give_up";
    /// Another attempt at a `head` follows, after a `wait`.
    ADAPTER_HEAD_RETRY = "buckets.adapter.head.retry";
    /// A `head` failed in a way that may pass, and was not tried again for a `reason`.
    ADAPTER_HEAD_GIVE_UP = "buckets.adapter.head.give_up";
    /// Another attempt at a `delete` follows, after a `wait`.
    ADAPTER_DELETE_RETRY = "buckets.adapter.delete.retry";
    /// A `delete` failed in a way that may pass, and was not tried again for a `reason`.
    ADAPTER_DELETE_GIVE_UP = "buckets.adapter.delete.give_up";
    /// Another attempt at a `copy` follows, after a `wait`.
    ADAPTER_COPY_RETRY = "buckets.adapter.copy.retry";
    /// A `copy` failed in a way that may pass, and was not tried again for a `reason`.
    ADAPTER_COPY_GIVE_UP = "buckets.adapter.copy.give_up";
    /// Another attempt at a `list` follows, after a `wait`.
    ADAPTER_LIST_RETRY = "buckets.adapter.list.retry";
    /// A `list` failed in a way that may pass, and was not tried again for a `reason`.
    ADAPTER_LIST_GIVE_UP = "buckets.adapter.list.give_up";
    /// Another attempt at a `url` follows, after a `wait`.
    ADAPTER_URL_RETRY = "buckets.adapter.url.retry";
    /// A `url` failed in a way that may pass, and was not tried again for a `reason`.
    ADAPTER_URL_GIVE_UP = "buckets.adapter.url.give_up";
    /// The rest of a body that broke off is asked for, after a `wait`.
    ADAPTER_GET_RESUME = "buckets.adapter.get.resume";
    /// A call waited because there were enough at once, and was `admitted` or dropped.
    LIMIT_WAIT_CONCURRENCY = "buckets.limit.wait.concurrency";
    /// A call waited because calls came too fast, and was `admitted` or dropped.
    LIMIT_WAIT_RATE = "buckets.limit.wait.rate";
    /// A call begins to wait because there are enough at once.
    LIMIT_QUEUE_CONCURRENCY = "buckets.limit.queue.concurrency";
    /// A call was refused because there were enough at once, and enough waiting.
    LIMIT_REFUSAL_CONCURRENCY = "buckets.limit.refusal.concurrency";
    /// A call was refused because calls came too fast.
    LIMIT_REFUSAL_RATE = "buckets.limit.refusal.rate";
    /// A call was refused because its store is taken for down.
    LIMIT_REFUSAL_CIRCUIT = "buckets.limit.refusal.circuit";
    /// A call was refused because something below was not ready for it.
    LIMIT_REFUSAL_LOAD = "buckets.limit.refusal.load";
    /// A call was refused because the budget for it is spent.
    LIMIT_REFUSAL_BUDGET = "buckets.limit.refusal.budget";
    /// A store failed too often and is sent nothing for a while.
    CIRCUIT_OPEN = "buckets.circuit.open";
    /// A store that was sent nothing did well at a trial.
    CIRCUIT_CLOSE = "buckets.circuit.close";
    /// An attempt was answered or given up, and its provider bills it or not.
    COST_REQUEST = "buckets.cost.request";
    /// Content moved that its provider bills by the byte.
    COST_TRANSFER = "buckets.cost.transfer";
    /// As much of a budget is spent as to be warned of.
    COST_BUDGET_WARNING = "buckets.cost.budget.warning";
    /// All objects of a cloud were counted.
    INVENTORY_SCAN = "buckets.inventory.scan";
    /// So much is stored in one class of storage, as was found by counting.
    INVENTORY_STORED = "buckets.inventory.stored";
    /// An upload in parts was given up and could not be aborted.
    UPLOAD_ORPHAN = "buckets.upload.orphan";
    /// Uploads in parts that were given up were aborted by a sweep.
    UPLOAD_SWEEP = "buckets.upload.sweep";
    /// An access token was fetched, the first of its credentials.
    AUTH_TOKEN_FETCH = "buckets.auth.token.fetch";
    /// An access token was fetched to replace one before it expires.
    AUTH_TOKEN_REFRESH = "buckets.auth.token.refresh";
    /// A handler panicked: `handler` and `event` say which and at what.
    HANDLER_FAILURE = "buckets.telemetry.handler.failure";
}
