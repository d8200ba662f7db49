use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use crate::body::{GetBody, PutBody};
use crate::telemetry::Span;

/// How far an operation has come, for the event of its end: also when it fails or is dropped.
#[derive(Debug, Default)]
pub(super) struct Progress {
    attempts: AtomicU32,
    /// What counts the bytes of content that streams to the store.
    sent: OnceLock<Arc<AtomicU64>>,
    received: OnceLock<u64>,
}

impl Progress {
    /// The store answered after so many attempts, 0 where nobody counted.
    pub(super) fn answered(&self, attempts: u32) {
        self.attempts.store(attempts, Ordering::Relaxed);
    }

    /// Counts what is read of `body`. Of one in memory all or nothing is, as far as can be told.
    pub(super) fn sends(&self, body: &mut PutBody) {
        if body.as_bytes().is_none() {
            self.sent.get_or_init(|| body.progress());
        }
    }

    /// Counts what is read of `body`.
    pub(super) fn receives(&self, body: GetBody) -> Receiving<'_> {
        let remaining = body.remaining();
        Receiving { body, remaining, progress: self }
    }

    pub(super) fn attempts_into(&self, span: &mut Span) {
        span.set_attempts(self.attempts.load(Ordering::Relaxed));
    }

    pub(super) fn bytes_into(&self, span: &mut Span) {
        let sent = self.sent.get().map(|sent| sent.load(Ordering::Relaxed));
        if let Some(bytes) = sent.or_else(|| self.received.get().copied()) {
            span.add_bytes(bytes);
        }
    }
}

/// A body that is read here and now.
#[derive(Debug)]
pub(super) struct Receiving<'a> {
    pub(super) body: GetBody,
    /// What was to come at first.
    remaining: Option<u64>,
    progress: &'a Progress,
}

impl Drop for Receiving<'_> {
    fn drop(&mut self) {
        if let (Some(all), Some(rest)) = (self.remaining, self.body.remaining()) {
            self.progress.received.get_or_init(|| all.saturating_sub(rest));
        }
    }
}
