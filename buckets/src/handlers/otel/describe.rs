//! What a span is called, and what is known of it when it begins and when it ends.

use std::borrow::Cow;
use std::sync::Arc;

use opentelemetry::KeyValue;
use opentelemetry::trace::{SpanKind, Status};

use super::attributes::{own, whole};
use crate::error::ErrorKind;
use crate::handlers::text::safe;
use crate::telemetry::{Event, Outcome};

/// What the spans of one kind of operation of one cloud have in common.
pub(super) struct Description {
    pub(super) name: Cow<'static, str>,
    pub(super) kind: SpanKind,
    /// Whose operations these are, and who is asked.
    owner: Vec<KeyValue>,
}

impl Description {
    pub(super) fn of(event: &Event<'_>) -> Self {
        let operation = event.name().last_segment();
        let adapter = event.adapter();
        let is_request = event.name().as_str().starts_with("buckets.adapter.");
        let name = match event.name().as_str() {
            name if name.starts_with("buckets.cloud.") => format!("buckets.{operation}").into(),
            _ if is_request => request(adapter, operation),
            name => name.into(),
        };
        // A link is signed here, and what these two keep is in this process and on its disk.
        let is_local = matches!(adapter, "memory" | "volume") || operation == "url";
        let kind = if is_request && !is_local { SpanKind::Client } else { SpanKind::Internal };
        let owner = [("buckets.adapter", adapter), ("buckets.cloud", event.cloud())];
        let owner = owner.into_iter().filter(|(_, name)| !name.is_empty());
        let owner = owner.map(|(key, name)| KeyValue::new(key, Arc::<str>::from(name)));
        let server = event.scope().server().filter(|_| kind == SpanKind::Client);
        let server = server.into_iter().flat_map(|server| {
            let address = KeyValue::new("server.address", Arc::<str>::from(server.address()));
            [address, KeyValue::new("server.port", i64::from(server.port()))]
        });
        Self { owner: owner.chain(server).collect(), name, kind }
    }

    /// The attributes that a span has from its start, so that the SDK's sampler sees them.
    pub(super) fn start(&self, event: &Event<'_>) -> Vec<KeyValue> {
        let mut attributes = Vec::with_capacity(self.owner.len() + 4);
        attributes.push(KeyValue::new("buckets.operation", event.operation()));
        attributes.extend_from_slice(&self.owner);
        attributes.extend(event.content_type().map(|ty| KeyValue::new("buckets.content_type", ty)));
        attributes.extend(event.key().map(|key| KeyValue::new("buckets.key", safe(key))));
        attributes.extend(own(event));
        attributes
    }
}

/// What a request to a store is called there, or else by the adapter's name.
fn request(adapter: &str, operation: &'static str) -> Cow<'static, str> {
    let name = match (adapter, operation) {
        ("s3", "put") => "S3.PutObject",
        ("s3", "get") => "S3.GetObject",
        ("s3", "head") => "S3.HeadObject",
        ("s3", "delete") => "S3.DeleteObject",
        ("s3", "copy") => "S3.CopyObject",
        ("s3", "list") => "S3.ListObjectsV2",
        ("gcs", "put") => "GCS.objects.insert",
        ("gcs", "get" | "head") => "GCS.objects.get",
        ("gcs", "delete") => "GCS.objects.delete",
        ("gcs", "copy") => "GCS.objects.rewrite",
        ("gcs", "list") => "GCS.objects.list",
        ("", operation) => return format!("buckets.{operation}").into(),
        (adapter, operation) => return format!("{adapter}.{operation}").into(),
    };
    name.into()
}

/// The attributes that a span gets at its end.
pub(super) fn end(event: &Event<'_>, outcome: Outcome) -> Vec<KeyValue> {
    let word = match outcome {
        Outcome::Success => "success",
        Outcome::Expected(_) => "expected",
        Outcome::Error(_) => "error",
        Outcome::Panic => "panic",
        Outcome::Cancelled => "cancelled",
    };
    let mut attributes = vec![KeyValue::new("buckets.outcome", word)];
    let mut add = |attribute: Option<KeyValue>| attributes.extend(attribute);
    add(error_type(outcome).map(|ty| KeyValue::new("error.type", ty)));
    // An expected answer is no error to OpenTelemetry, but which one it was is worth knowing.
    if let Outcome::Expected(kind) = outcome {
        add(Some(KeyValue::new("buckets.kind", kind.as_str())));
    }
    add(event.bytes().map(|bytes| KeyValue::new("buckets.bytes", whole(bytes))));
    add(event.attempts().map(|attempts| KeyValue::new("buckets.attempts", i64::from(attempts))));
    add(event.time_to_first_byte().map(|time| KeyValue::new("buckets.time_to_first_byte", time.as_secs_f64())));
    if let Some(error) = event.storage_error() {
        add(error.http_status().map(|status| KeyValue::new("http.response.status_code", i64::from(status))));
        let request_id = if event.adapter() == "s3" { "aws.request_id" } else { "buckets.request_id" };
        add(error.request_id().map(|id| KeyValue::new(request_id, safe(id))));
    }
    add(event.weight().filter(|weight| *weight > 1.0).map(|weight| KeyValue::new("buckets.weight", weight)));
    attributes.extend(own(event));
    attributes
}

/// Answers that were asked for and callers that went away are no errors.
pub(super) fn status(outcome: Outcome) -> Status {
    match outcome {
        Outcome::Error(kind) => Status::error(kind.as_str()),
        Outcome::Panic => Status::error(ErrorKind::Panic.as_str()),
        Outcome::Success | Outcome::Expected(_) | Outcome::Cancelled => Status::Unset,
    }
}

fn error_type(outcome: Outcome) -> Option<&'static str> {
    let kind = outcome.kind().filter(|_| outcome.is_failure())?;
    Some(if kind == ErrorKind::Other { "_OTHER" } else { kind.as_str() })
}

/// What a failure's event on the span says: the sentence of our own error, which shows no secret and no key.
pub(super) fn exception(event: &Event<'_>) -> Vec<KeyValue> {
    let kind = event.outcome().and_then(error_type).map(|ty| KeyValue::new("exception.type", ty));
    let message = event.storage_error().map(|error| KeyValue::new("exception.message", safe(error)));
    kind.into_iter().chain(message).collect()
}
