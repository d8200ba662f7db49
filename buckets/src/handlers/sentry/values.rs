//! What an event says, in the form that Sentry takes.

use std::time::Duration;

use sentry_core::protocol::Value as Json;

use crate::handlers::text::safe;
use crate::telemetry::{Event, Field, Measurement, Number, Value};

/// The metadata and measurements of `event`, without its key.
pub(super) fn of(event: &Event<'_>) -> impl Iterator<Item = (String, Json)> {
    let metadata = event.metadata().filter_map(|field| Some((field.0.to_owned(), metadata(event, field)?)));
    metadata.chain(event.measurements().map(measurement))
}

/// A value of the metadata, unless it is a text that was not chosen by this library.
fn metadata(event: &Event<'_>, (name, value): Field<'_>) -> Option<Json> {
    let is_ours = event.name().as_str().starts_with("buckets.");
    let is_built_in = event.own_fields().all(|(field, _)| field != name);
    match value {
        Value::Bool(value) => Some(value.into()),
        Value::U64(value) => Some(value.into()),
        Value::I64(value) => Some(value.into()),
        Value::F64(value) => Some(value.into()),
        text if is_ours || is_built_in => Some(safe(text).into()),
        _ => None,
    }
}

fn measurement((name, value): Measurement) -> (String, Json) {
    match value {
        Number::U64(value) => (name.to_owned(), value.into()),
        Number::I64(value) => (name.to_owned(), value.into()),
        Number::F64(value) => (name.to_owned(), value.into()),
        Number::Duration(value) => (format!("{name}_ms"), millis(value)),
    }
}

pub(super) fn millis(duration: Duration) -> Json {
    (duration.as_secs_f64() * 1e3).into()
}
