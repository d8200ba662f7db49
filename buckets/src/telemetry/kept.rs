use crate::telemetry::{Field, Measurement, Value};

/// What every event of a span carries: copied from what was known at its start, because that may be
/// gone at its end.
#[derive(Clone)]
pub(crate) struct Kept {
    pub(crate) measurements: Box<[Measurement]>,
    fields: Box<[(&'static str, KeptValue)]>,
}

#[derive(Clone)]
enum KeptValue {
    Bool(bool),
    U64(u64),
    I64(i64),
    F64(f64),
    Text(Box<str>),
}

impl Kept {
    pub(crate) fn of(measurements: &[Measurement], fields: &[Field<'_>]) -> Option<Box<Self>> {
        (!measurements.is_empty() || !fields.is_empty()).then(|| {
            let fields = fields.iter().map(|(name, value)| (*name, KeptValue::new(value))).collect();
            Box::new(Self { measurements: measurements.into(), fields })
        })
    }

    pub(crate) fn fields(&self) -> impl Iterator<Item = Field<'_>> {
        self.fields.iter().map(|(name, value)| (*name, value.get()))
    }
}

impl KeptValue {
    fn new(value: &Value<'_>) -> Self {
        match *value {
            Value::Bool(value) => Self::Bool(value),
            Value::U64(value) => Self::U64(value),
            Value::I64(value) => Self::I64(value),
            Value::F64(value) => Self::F64(value),
            Value::Str(text) => Self::Text(text.into()),
            Value::Display(_) | Value::Debug(_) => Self::Text(value.to_string().into()),
        }
    }

    fn get(&self) -> Value<'_> {
        match self {
            Self::Bool(value) => Value::Bool(*value),
            Self::U64(value) => Value::U64(*value),
            Self::I64(value) => Value::I64(*value),
            Self::F64(value) => Value::F64(*value),
            Self::Text(text) => Value::Str(text),
        }
    }
}
