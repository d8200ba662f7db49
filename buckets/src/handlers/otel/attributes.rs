//! Our values as OpenTelemetry's.

use opentelemetry::{KeyValue, Value as Theirs};

use crate::handlers::text::safe;
use crate::telemetry::{Event, Number, Value};

/// What a user-defined event carries, and what a built-in one does beside the values that have a name in
/// the schema.
pub(super) fn own(event: &Event<'_>) -> impl Iterator<Item = KeyValue> {
    let measurements = event.own_measurements().map(|(name, number)| KeyValue::new(name, of_number(number)));
    let fields = event.own_fields().map(|(name, value)| KeyValue::new(name, of_value(value)));
    measurements.chain(fields)
}

pub(super) fn of_value(value: Value<'_>) -> Theirs {
    match value {
        Value::Bool(flag) => Theirs::Bool(flag),
        Value::U64(number) => whole(number),
        Value::I64(number) => Theirs::I64(number),
        Value::F64(number) => Theirs::F64(number),
        Value::Str(_) | Value::Display(_) | Value::Debug(_) => Theirs::String(safe(value).into()),
    }
}

/// Times are in seconds.
fn of_number(number: Number) -> Theirs {
    match number {
        Number::U64(number) => whole(number),
        Number::I64(number) => Theirs::I64(number),
        Number::F64(_) | Number::Duration(_) => Theirs::F64(number.as_f64()),
    }
}

/// OpenTelemetry has no unsigned numbers.
pub(super) fn whole(number: u64) -> Theirs {
    Theirs::I64(i64::try_from(number).unwrap_or(i64::MAX))
}
