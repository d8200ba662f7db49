use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sentry_core::Hub;

use super::builder::SentryBuilder;
use super::fingerprint::Fingerprint;
use super::hubs::active;
use super::limiter::Limiter;
use super::payload::Report;
use super::recent::Recent;
use super::trail::{Step, Trail};
use crate::error::ErrorKind;
use crate::telemetry::{Event, Scope, SpanId};

/// What all attachments of a handler share: decides what is reported, and remembers what was.
pub(super) struct Reporter {
    settings: SentryBuilder,
    slot: usize,
    suppressed: AtomicU64,
    state: Mutex<State>,
}

struct State {
    limiter: Limiter,
    recent: Recent,
    trail: Trail,
}

impl Reporter {
    pub(super) fn new(settings: SentryBuilder) -> Self {
        let state = State { limiter: Limiter::new(&settings), recent: Recent::default(), trail: Trail::default() };
        Self { settings, slot: Scope::new_slot(), suppressed: AtomicU64::new(0), state: Mutex::new(state) }
    }

    pub(super) fn settings(&self) -> &SentryBuilder {
        &self.settings
    }

    /// The number of what the layer's side keeps in scopes.
    pub(super) fn slot(&self) -> usize {
        self.slot
    }

    pub(super) fn suppressed(&self) -> u64 {
        self.suppressed.load(Ordering::Relaxed)
    }

    /// Reports the failure that `event` ends with to `hub`, or the current one, unless one of the
    /// `related` operations has failed of it and was reported.
    pub(super) fn report(&self, event: &Event<'_>, related: &[Option<SpanId>], hub: Option<Arc<Hub>>) {
        let Some(kind) = event.kind().filter(|kind| self.wants(*kind)) else { return };
        let Some(hub) = active(hub.unwrap_or_else(Hub::current)) else { return };
        let related = || related.iter().copied().flatten();
        let fingerprint = Fingerprint::new(event, kind);
        let now = event.scope().dispatcher().now();
        let (suppressed, trail) = {
            let State { limiter, recent, trail } = &mut *self.state();
            let known = related().any(|span| recent.contains(span, kind));
            recent.insert(Some(event.span_id()), kind);
            recent.insert(event.parent_id(), kind);
            if known {
                return;
            }
            let Some(suppressed) = limiter.admit(&fingerprint, now) else {
                self.suppressed.fetch_add(1, Ordering::Relaxed);
                return;
            };
            (suppressed, trail.of(related()))
        };
        // Not under the lock: the application's own code is called here.
        hub.capture_event(Report { event, kind, fingerprint, suppressed, trail }.into_payload(&self.settings));
    }

    /// Takes note of a failure that is not reported itself: what it is part of fails of it.
    pub(super) fn pass_on(&self, event: &Event<'_>) {
        let Some(kind) = event.kind() else { return };
        let recent = &mut self.state().recent;
        if recent.contains(event.span_id(), kind) {
            recent.insert(event.parent_id(), kind);
        }
    }

    /// Remembers a step, to be told if the operation fails.
    pub(super) fn note(&self, event: &Event<'_>) {
        let step = Step::new(event);
        self.state().trail.push(step);
    }

    fn wants(&self, kind: ErrorKind) -> bool {
        !self.settings.ignored.contains(&kind) && (kind != ErrorKind::Panic || self.settings.panics)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Reporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reporter").field("settings", &self.settings).finish_non_exhaustive()
    }
}
