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
    /// A call waited because there were enough at once, and was `admitted` or dropped.
    LIMIT_WAIT_CONCURRENCY = "buckets.limit.wait.concurrency";
    /// A call waited because calls came too fast, and was `admitted` or dropped.
    LIMIT_WAIT_RATE = "buckets.limit.wait.rate";
    /// A call was refused because there were enough at once, and enough waiting.
    LIMIT_REFUSAL_CONCURRENCY = "buckets.limit.refusal.concurrency";
    /// A call was refused because calls came too fast.
    LIMIT_REFUSAL_RATE = "buckets.limit.refusal.rate";
    /// A call was refused because its store is taken for down.
    LIMIT_REFUSAL_CIRCUIT = "buckets.limit.refusal.circuit";
    /// A call was refused because something below was not ready for it.
    LIMIT_REFUSAL_LOAD = "buckets.limit.refusal.load";
    /// A store failed too often and is sent nothing for a while.
    CIRCUIT_OPEN = "buckets.circuit.open";
    /// A store that was sent nothing did well at a trial.
    CIRCUIT_CLOSE = "buckets.circuit.close";
    /// A handler panicked: `handler` and `event` say which and at what.
    HANDLER_FAILURE = "buckets.telemetry.handler.failure";
}
