//! What is known of one kind of operation on one adapter.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::alert::{Alert, Degradation, Overdue, Slow};
use super::settings::Settings;
use super::snapshot::{OperationPerformance, Totals};
use super::window::{Durations, Window};
use crate::telemetry::{Event, Outcome, Scope, SpanId, Timestamp};

/// How many durations the rolling average is of.
const RECENT: usize = 100;

pub(super) struct Series {
    adapter: Box<str>,
    operation: &'static str,
    state: Mutex<State>,
}

struct State {
    recent: VecDeque<Duration>,
    succeeded: Window,
    /// There once something failed: most operations never do.
    failed: Option<Window>,
    totals: Totals,
    live: HashMap<SpanId, Live>,
    most_live: usize,
    slow: Suppression,
    baseline: Option<Baseline>,
    is_degraded: bool,
}

/// An operation that has begun and not ended.
struct Live {
    started: Timestamp,
    /// A copy is cheap, other than one of the cloud's name.
    scope: Scope,
    is_told: bool,
}

/// What was usual until now.
struct Baseline {
    p95: Duration,
    taken: Timestamp,
}

/// Alerts of one kind, of which some were not told.
#[derive(Default)]
struct Suppression {
    told: Option<Timestamp>,
    suppressed: u64,
}

impl Series {
    pub(super) fn new(adapter: &str, operation: &'static str, settings: &Settings) -> Self {
        let state = State {
            recent: VecDeque::with_capacity(RECENT),
            succeeded: Window::new(settings.window),
            failed: None,
            totals: Totals::default(),
            live: HashMap::new(),
            most_live: 0,
            slow: Suppression::default(),
            baseline: None,
            is_degraded: false,
        };
        Self { adapter: adapter.into(), operation, state: Mutex::new(state) }
    }

    pub(super) fn begin(&self, event: &Event<'_>) {
        let live = Live { started: event.started(), scope: event.scope().clone(), is_told: false };
        let mut state = self.state();
        state.live.insert(event.span_id(), live);
        state.most_live = state.most_live.max(state.live.len());
    }

    /// Takes note of an end; gives back what is to be told of it.
    pub(super) fn end(&self, event: &Event<'_>, settings: &Settings) -> Option<Alert> {
        let (outcome, duration) = (event.outcome()?, event.duration()?);
        let now = Timestamp::from_nanos(event.started().as_nanos().saturating_add(duration.as_nanos() as u64));
        let mut state = self.state();
        state.live.remove(&event.span_id());
        state.count(outcome, duration, now, settings);
        let bytes = event.bytes().unwrap_or(0);
        state.totals.bytes = state.totals.bytes.saturating_add(bytes);
        let limit = settings.slow_after(self.operation, bytes);
        if duration <= limit {
            return None;
        }
        let suppressed = state.slow.tell(now, settings.quiet_period)?;
        Some(Alert::Slow(Slow {
            adapter: self.adapter.clone(),
            operation: self.operation,
            cloud: event.cloud().into(),
            duration,
            limit,
            bytes: event.bytes(),
            status: outcome.status(),
            suppressed,
        }))
    }

    /// What only shows when nothing ends: operations that hang, and what is usual no more.
    pub(super) fn check(&self, now: Timestamp, settings: &Settings, alerts: &mut Vec<Alert>) {
        let mut state = self.state();
        for (id, live) in &mut state.live {
            let running = now.since(live.started);
            if running > settings.overdue_after && !std::mem::replace(&mut live.is_told, true) {
                alerts.push(Alert::Overdue(Overdue {
                    adapter: self.adapter.clone(),
                    operation: self.operation,
                    cloud: live.scope.cloud().into(),
                    span_id: *id,
                    running,
                }));
            }
        }
        let recent = state.succeeded.read(now);
        if recent.count < settings.fewest_for_trend {
            return;
        }
        let Some(baseline) = &state.baseline else {
            state.baseline = Some(Baseline { p95: recent.p95, taken: now });
            return;
        };
        let usual = baseline.p95;
        let times = |factor: f64| usual.mul_f64(factor.max(1.0));
        // It takes more to become slow than to stay so, so that a value near the limit does not flap.
        let limit =
            times(if state.is_degraded { (1.0 + settings.degraded_factor) / 2.0 } else { settings.degraded_factor });
        let is_degraded = recent.p95 > limit;
        if is_degraded != state.is_degraded {
            state.is_degraded = is_degraded;
            let (adapter, operation) = (self.adapter.clone(), self.operation);
            let degradation = Degradation { adapter, operation, p95: recent.p95, usual };
            alerts.push(if is_degraded { Alert::Degraded(degradation) } else { Alert::Recovered(degradation) });
        }
        if !is_degraded {
            state.follow(recent, now, settings);
        }
    }

    pub(super) fn read(&self, now: Timestamp) -> OperationPerformance {
        let state = self.state();
        let count = state.recent.len() as u32;
        OperationPerformance {
            adapter: self.adapter.clone(),
            operation: self.operation,
            rolling_average: (count > 0).then(|| state.recent.iter().sum::<Duration>() / count),
            succeeded: state.succeeded.read(now),
            failed: state.failed.as_ref().map(|window| window.read(now)).unwrap_or_default(),
            totals: state.totals,
            in_flight: state.live.len(),
            most_in_flight: state.most_live,
            is_degraded: state.is_degraded,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn count(&mut self, outcome: Outcome, duration: Duration, now: Timestamp, settings: &Settings) {
        match outcome {
            Outcome::Success => {
                self.totals.succeeded += 1;
                if self.recent.len() == RECENT {
                    self.recent.pop_front();
                }
                self.recent.push_back(duration);
                self.succeeded.record(now, duration);
            }
            // How long it took until somebody lost patience says nothing of the store.
            Outcome::Cancelled => self.totals.cancelled += 1,
            Outcome::Expected(_) => self.totals.expected += 1,
            Outcome::Error(_) | Outcome::Panic => {
                self.totals.failed += 1;
                self.failed.get_or_insert_with(|| Window::new(settings.window)).record(now, duration);
            }
        }
    }

    /// Lets what is usual follow what is, slowly.
    fn follow(&mut self, recent: Durations, now: Timestamp, settings: &Settings) {
        if let Some(baseline) = &mut self.baseline {
            let passed = now.since(baseline.taken).as_secs_f64();
            let share = 1.0 - (-passed / settings.baseline.as_secs_f64().max(f64::MIN_POSITIVE)).exp();
            baseline.p95 = baseline.p95.mul_f64(1.0 - share) + recent.p95.mul_f64(share);
            baseline.taken = now;
        }
    }
}

impl Suppression {
    /// How many were not told before this one, if this one is to be told.
    fn tell(&mut self, now: Timestamp, quiet_period: Duration) -> Option<u64> {
        if self.told.is_some_and(|told| now.since(told) < quiet_period) {
            self.suppressed += 1;
            return None;
        }
        self.told = Some(now);
        Some(std::mem::take(&mut self.suppressed))
    }
}
