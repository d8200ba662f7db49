//! What retries tell: point events within the operation.

use std::time::Duration;

use buckets::ErrorKind;
use buckets::operation::Request;
use buckets::telemetry::{Number, Value};

use super::session::Refusal;
use crate::telemetry::{ByOperation, Describe};

/// Another attempt follows after `wait`; `next` says of what.
pub(crate) fn retry<R>(
    describe: &impl Describe<R>,
    request: &R,
    attempt: u32,
    kind: ErrorKind,
    wait: Duration,
    next: &'static str,
) {
    let measurements = [("attempt", Number::from(attempt)), ("wait", Number::Duration(wait))];
    let fields = [("kind", Value::Str(kind.as_str())), ("next", Value::Str(next))];
    crate::telemetry::point(describe, request, "retry", &measurements, &fields);
}

/// There is no other attempt, although the failure may pass.
pub(crate) fn gave_up<R>(describe: &impl Describe<R>, request: &R, attempt: u32, kind: ErrorKind, refusal: Refusal) {
    let measurements = [("attempt", Number::from(attempt))];
    let fields = [("kind", Value::Str(kind.as_str())), ("reason", Value::Str(refusal.as_str()))];
    crate::telemetry::point(describe, request, "give_up", &measurements, &fields);
}

/// The rest of a body is asked for after `wait`, from `offset` on.
pub(crate) fn resumed(request: &Request, attempt: u32, kind: ErrorKind, wait: Duration, offset: u64) {
    let measurements =
        [("attempt", Number::from(attempt)), ("wait", Number::Duration(wait)), ("offset", Number::from(offset))];
    crate::telemetry::point(&ByOperation, request, "resume", &measurements, &[("kind", Value::Str(kind.as_str()))]);
}
