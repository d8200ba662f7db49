use std::error::Error as StdError;
use std::fmt;
use std::time::{Duration, SystemTime};

use crate::error::ErrorKind;
use crate::telemetry::{Event, Measurement, Number, Outcome, SpanId, Stage, Timestamp};

/// An [`Event`] as [`Capture`](super::Capture) keeps it: everything a handler could see of it, owned.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct CapturedEvent {
    /// The name without stage, such as `buckets.cloud.insert`.
    pub name: &'static str,
    /// The stage.
    pub stage: Stage,
    /// The operation, such as `insert`.
    pub operation: &'static str,
    /// The cloud's name, or nothing.
    pub cloud: String,
    /// The adapter's name, or nothing.
    pub adapter: String,
    /// What start and end of an operation have in common.
    pub span_id: SpanId,
    /// The span this one is part of.
    pub parent_id: Option<SpanId>,
    /// The object's key as far as the dispatcher's key policy shows it.
    pub key: Option<String>,
    /// The content's top-level media type.
    pub content_type: Option<&'static str>,
    /// When the operation began, on the dispatcher's clock.
    pub started: Timestamp,
    /// The date and time of the event.
    pub system_time: SystemTime,
    /// How long the operation took; on events that end one.
    pub duration: Option<Duration>,
    /// From the beginning to the first byte of a body.
    pub time_to_first_byte: Option<Duration>,
    /// Bytes of content moved.
    pub bytes: Option<u64>,
    /// How many attempts it took.
    pub attempts: Option<u32>,
    /// How the operation ended; on events that end one.
    pub outcome: Option<Outcome>,
    /// The kind of error, unless the operation did what was asked.
    pub kind: Option<ErrorKind>,
    /// The error and its sources as their `Display` shows them, outermost first.
    pub error: Vec<String>,
    /// How many events it stands for in a sampled sink; [`None`] if it is left out there.
    pub weight: Option<f64>,
    /// Every measurement by name, built-in ones first.
    pub measurements: Vec<Measurement>,
    /// Every metadata by name, as text, built-in ones first.
    pub metadata: Vec<(&'static str, String)>,
}

impl CapturedEvent {
    /// The name with stage, such as `buckets.cloud.insert.stop`.
    pub fn full_name(&self) -> String {
        match self.stage.as_str() {
            Some(stage) => format!("{}.{stage}", self.name),
            None => self.name.to_owned(),
        }
    }

    /// The measurement of this name.
    pub fn measurement(&self, name: &str) -> Option<Number> {
        self.measurements.iter().find(|(key, _)| *key == name).map(|(_, value)| *value)
    }

    /// The metadata of this name, as text.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.metadata.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str())
    }
}

impl From<&Event<'_>> for CapturedEvent {
    fn from(event: &Event<'_>) -> Self {
        Self {
            name: event.name().as_str(),
            stage: event.stage(),
            operation: event.operation(),
            cloud: event.cloud().to_owned(),
            adapter: event.adapter().to_owned(),
            span_id: event.span_id(),
            parent_id: event.parent_id(),
            key: event.key().map(|key| key.to_string()),
            content_type: event.content_type(),
            started: event.started(),
            system_time: event.system_time(),
            duration: event.duration(),
            time_to_first_byte: event.time_to_first_byte(),
            bytes: event.bytes(),
            attempts: event.attempts(),
            outcome: event.outcome(),
            kind: event.kind(),
            error: chain(event.error()),
            weight: event.weight(),
            measurements: event.measurements().collect(),
            metadata: event.metadata().map(|(name, value)| (name, value.to_string())).collect(),
        }
    }
}

fn chain(error: Option<&(dyn StdError + 'static)>) -> Vec<String> {
    let mut texts = Vec::new();
    let mut link = error;
    while let Some(error) = link {
        texts.push(error.to_string());
        link = error.source();
    }
    texts
}

impl fmt::Debug for CapturedEvent {
    /// The full name and what the event says, without what it does not have.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("CapturedEvent");
        out.field("name", &self.full_name());
        for (name, value) in &self.metadata {
            out.field(name, value);
        }
        for (name, value) in &self.measurements {
            out.field(name, &format_args!("{value}"));
        }
        if let Some(key) = &self.key {
            out.field("key", key);
        }
        if !self.error.is_empty() {
            out.field("error", &self.error);
        }
        out.finish()
    }
}
