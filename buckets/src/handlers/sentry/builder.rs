use std::sync::Arc;

use super::Sentry;
use super::reporter::Reporter;
use crate::error::ErrorKind;

/// Settings of a [`Sentry`] handler; made by [`Sentry::builder`].
#[derive(Clone, Debug)]
#[must_use]
pub struct SentryBuilder {
    pub(super) select: Vec<String>,
    pub(super) ignored: Vec<ErrorKind>,
    pub(super) panics: bool,
    pub(super) show_keys: bool,
    pub(super) show_sources: bool,
    pub(super) burst: u32,
    pub(super) per_minute: u32,
    pub(super) total_per_minute: u32,
}

impl SentryBuilder {
    pub(super) fn new() -> Self {
        Self {
            select: vec!["buckets.cloud.*.exception".into()],
            ignored: Vec::new(),
            panics: false,
            show_keys: false,
            show_sources: false,
            burst: 5,
            per_minute: 5,
            total_per_minute: 60,
        }
    }

    /// Reports the failures of other operations: names or beginnings of names, as
    /// [`Dispatcher::attach_many`](crate::telemetry::Dispatcher::attach_many) takes them. Those of
    /// clouds unless set.
    pub fn select<S: Into<String>>(mut self, selectors: impl IntoIterator<Item = S>) -> Self {
        self.select = selectors.into_iter().map(Into::into).collect();
        self
    }

    /// Reports nothing of these kinds. Every failure is reported unless set.
    pub fn ignore(mut self, kinds: impl IntoIterator<Item = ErrorKind>) -> Self {
        self.ignored = kinds.into_iter().collect();
        self
    }

    /// Reports operations whose code panicked: for applications without Sentry's own panic hook,
    /// which reports every panic already. Off unless set.
    pub fn panics(mut self, report: bool) -> Self {
        self.panics = report;
        self
    }

    /// Shows of keys what the dispatcher's [`KeyPolicy`](crate::telemetry::KeyPolicy) shows. Off
    /// unless set, because what may be in a log need not be fit for another company's servers.
    pub fn show_keys(mut self, show: bool) -> Self {
        self.show_keys = show;
        self
    }

    /// Shows the texts and types of errors of other libraries too, as they are, in at most 256 bytes
    /// each. Off unless set, because they may say anything: a path, an address, what a client sent.
    pub fn show_sources(mut self, show: bool) -> Self {
        self.show_sources = show;
        self
    }

    /// Reports of each fingerprint so many at once, at least one, and so many a minute from then on,
    /// none for zero. Five and five unless set.
    pub fn limit(mut self, burst: u32, per_minute: u32) -> Self {
        (self.burst, self.per_minute) = (burst.max(1), per_minute);
        self
    }

    /// Reports at most so many a minute of all fingerprints together, at least one. 60 unless set.
    pub fn total_limit(mut self, per_minute: u32) -> Self {
        self.total_per_minute = per_minute.max(1);
        self
    }

    /// The handler.
    pub fn build(self) -> Sentry {
        Sentry(Arc::new(Reporter::new(self)))
    }
}
