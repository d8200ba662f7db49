//! What a report says.

use std::borrow::Cow;

use sentry_core::protocol::{Context, Event as Payload, Exception, Map, Mechanism};
use sentry_core::{Breadcrumb, Level};

use super::builder::SentryBuilder;
use super::chain::exceptions;
use super::fingerprint::Fingerprint;
use super::values;
use crate::error::ErrorKind;
use crate::handlers::text::safe;
use crate::telemetry::Event;

/// The metadata by which reports can be searched.
const TAGS: [&str; 6] = ["operation", "adapter", "cloud", "kind", "retryable", "http_status"];

/// The longest value of a tag that Sentry keeps, in characters.
const TAG_LIMIT: usize = 200;

/// A failure that is to be reported.
pub(super) struct Report<'a> {
    pub(super) event: &'a Event<'a>,
    pub(super) kind: ErrorKind,
    pub(super) fingerprint: Fingerprint,
    /// How many like it were suppressed since the last report.
    pub(super) suppressed: u64,
    pub(super) trail: Vec<Breadcrumb>,
}

impl Report<'_> {
    pub(super) fn into_payload(self, settings: &SentryBuilder) -> Payload<'static> {
        Payload {
            level: level(self.kind),
            logger: Some("buckets".into()),
            timestamp: self.event.system_time(),
            fingerprint: Cow::Owned(self.fingerprint.parts()),
            exception: self.exceptions(settings).into(),
            tags: self.tags(),
            contexts: Map::from([("storage".into(), self.context(settings))]),
            breadcrumbs: self.trail.into(),
            ..Payload::default()
        }
    }

    fn exceptions(&self, settings: &SentryBuilder) -> Vec<Exception> {
        let mut exceptions =
            self.event.error().map(|error| exceptions(error, settings.show_sources)).unwrap_or_default();
        if exceptions.is_empty() {
            let happened = if self.kind == ErrorKind::Panic { "panicked" } else { "failed" };
            let value = format!("{} {happened}", self.event.operation());
            exceptions.push(Exception { value: Some(safe(value)), ..Exception::default() });
        }
        if let Some(last) = exceptions.last_mut() {
            last.ty = self.kind.as_str().into();
            last.module = Some("buckets".into());
            let handled = self.event.outcome().map(|outcome| outcome.is_handled());
            last.mechanism = Some(Mechanism { ty: "buckets".into(), handled, ..Mechanism::default() });
        }
        exceptions
    }

    fn tags(&self) -> Map<String, String> {
        let tag = |name: &str| {
            let value = safe(self.event.field(name)?);
            Some((format!("storage.{name}"), value.chars().take(TAG_LIMIT).collect()))
        };
        TAGS.into_iter().filter_map(tag).collect()
    }

    fn context(&self, settings: &SentryBuilder) -> Context {
        let mut all: Map<_, _> = values::of(self.event).collect();
        all.insert("event".into(), safe(self.event.name()).into());
        if let Some(wait) = self.event.storage_error().and_then(|error| error.retry_after()) {
            all.insert("retry_after_ms".into(), values::millis(wait));
        }
        if let Some(key) = self.event.key().filter(|_| settings.show_keys) {
            all.insert("key".into(), safe(key).into());
        }
        if self.suppressed > 0 {
            all.insert("suppressed".into(), self.suppressed.into());
        }
        Context::Other(all)
    }
}

/// How bad it is: what a caller can cause, and what passes by itself, needs nobody at night.
fn level(kind: ErrorKind) -> Level {
    match kind {
        ErrorKind::NotFound
        | ErrorKind::AlreadyExists
        | ErrorKind::PreconditionFailed
        | ErrorKind::InvalidInput
        | ErrorKind::Unsupported
        | ErrorKind::TooLarge
        | ErrorKind::Throttled
        | ErrorKind::Overloaded => Level::Warning,
        ErrorKind::Panic => Level::Fatal,
        _ => Level::Error,
    }
}
