use std::fmt;
use std::future::Ready;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use buckets::telemetry::Number;
use buckets::telemetry::catalogue::names;
use buckets::{Error, ErrorKind};
use tokio::time::Instant;

use super::window::Window;
use super::{Admission, Entry, Limited, Origin};
use crate::telemetry::AsError;

/// Sends nothing, for a while, to a store that fails most of what it is sent.
///
/// While *closed* all calls go through, and the latest are watched. When too many of them have
/// failed it *opens*: calls are refused until the cool-down is over. Then one goes through as a
/// trial, while the others are still refused; if it does well the circuit closes, if it fails it
/// stays open for another cool-down. A trial that is dropped, or panics, leaves its place to the
/// next call, and so does one that takes longer than a cool-down: a store that hangs need not hang
/// for ever.
///
/// A call failed if its error says that the store or the way to it is at fault: `timeout`,
/// `connect`, `tls`, `unavailable`, `protocol`, `io`. Anything else shows that the store answers,
/// and what never got there (`overloaded`, `cancelled`) shows nothing. The failure of a body comes
/// too late to count.
///
/// Clones are the same circuit. Below a retry layer every attempt counts; above it only operations
/// do.
#[derive(Clone)]
pub struct CircuitBreaker(Arc<Circuit>);

struct Circuit {
    state: Mutex<State>,
    settings: Settings,
}

#[derive(Clone, Copy)]
struct Settings {
    window: u32,
    minimum_calls: u32,
    failure_ratio: f64,
    cool_down: Duration,
}

struct State {
    phase: Phase,
    window: Window,
    /// Grows with each change, so that calls from before it do not count after it.
    age: u64,
}

#[derive(Clone, Copy, PartialEq)]
enum Phase {
    Closed,
    Open {
        until: Instant,
    },
    /// With a trial under way, which the others wait for until then.
    Trying {
        until: Option<Instant>,
    },
}

/// The permit of a [`CircuitBreaker`]. Dropped without a result it counts for nothing.
pub struct CircuitPermit {
    circuit: Arc<Circuit>,
    age: u64,
}

impl CircuitBreaker {
    /// Opens for 10 seconds when half of the latest 32 calls have failed, 10 calls at least.
    pub fn new() -> Self {
        Self::with(Settings { window: 32, minimum_calls: 10, failure_ratio: 0.5, cool_down: Duration::from_secs(10) })
    }

    /// Sets how many of the latest calls are watched, 1 to 64.
    ///
    /// # Panics
    /// On any other number.
    #[track_caller]
    pub fn window(self, calls: u32) -> Self {
        assert!((1..=Window::MAX).contains(&calls), "a circuit breaker watches 1 to 64 calls");
        Self::with(Settings { window: calls, ..self.0.settings })
    }

    /// Sets how many calls there must have been before it opens.
    pub fn minimum_calls(self, calls: u32) -> Self {
        Self::with(Settings { minimum_calls: calls, ..self.0.settings })
    }

    /// Sets which part of the calls must have failed for it to open, above 0 and up to 1.
    ///
    /// # Panics
    /// On any other number.
    #[track_caller]
    pub fn failure_ratio(self, ratio: f64) -> Self {
        assert!(ratio > 0.0 && ratio <= 1.0, "the failure ratio of a circuit breaker is above 0 and up to 1");
        Self::with(Settings { failure_ratio: ratio, ..self.0.settings })
    }

    /// Sets how long it stays open before it tries again.
    pub fn cool_down(self, time: Duration) -> Self {
        Self::with(Settings { cool_down: time, ..self.0.settings })
    }

    /// Whether it refuses calls, but for a trial.
    pub fn is_open(&self) -> bool {
        self.0.state().phase != Phase::Closed
    }

    fn with(settings: Settings) -> Self {
        let state = State { phase: Phase::Closed, window: Window::new(settings.window), age: 0 };
        Self(Arc::new(Circuit { state: Mutex::new(state), settings }))
    }
}

impl Circuit {
    fn admit(self: &Arc<Self>, now: Instant) -> Result<CircuitPermit, Duration> {
        let mut state = self.state();
        match state.phase {
            Phase::Closed => {}
            Phase::Open { until } | Phase::Trying { until: Some(until) } if now < until => return Err(until - now),
            // It is time, nobody tries, or the trial hangs.
            Phase::Open { .. } | Phase::Trying { .. } => {
                state.phase = Phase::Trying { until: Some(now + self.settings.cool_down) };
                state.age += 1;
            }
        }
        Ok(CircuitPermit { circuit: Arc::clone(self), age: state.age })
    }

    /// Takes a result into account that belongs to `age`.
    fn conclude(&self, age: u64, failed: bool, origin: &Origin) {
        let mut state = self.state();
        if state.age != age {
            return;
        }
        let Settings { minimum_calls, failure_ratio, cool_down, .. } = self.settings;
        let is_trial = state.phase != Phase::Closed;
        state.window.push(failed);
        let is_too_much = state.window.calls() >= minimum_calls && state.window.failure_ratio() >= failure_ratio;
        let ratio = state.window.failure_ratio();
        let (name, measured) = if failed && (is_trial || is_too_much) {
            state.phase = Phase::Open { until: Instant::now() + cool_down };
            (&names::CIRCUIT_OPEN, Number::F64(ratio))
        } else if is_trial && !failed {
            state.phase = Phase::Closed;
            (&names::CIRCUIT_CLOSE, Number::F64(ratio))
        } else {
            return;
        };
        state.window.clear();
        state.age += 1;
        // Handlers are not called under the lock.
        drop(state);
        origin.point(name, &[("failure_ratio", measured)], &[]);
    }

    /// Lets another call be the trial, if the one of `age` was.
    fn give_back(&self, age: u64) {
        let mut state = self.state();
        if state.age == age && matches!(state.phase, Phase::Trying { .. }) {
            state.phase = Phase::Trying { until: None };
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T, E: AsError> Admission<T, E> for CircuitBreaker {
    type Permit = CircuitPermit;
    type Wait = Ready<CircuitPermit>;

    const LIMITED: Limited = Limited::Circuit;

    fn admit(&self) -> Entry<CircuitPermit, Self::Wait> {
        match self.0.admit(Instant::now()) {
            Ok(permit) => Entry::Now(permit),
            Err(wait) => Entry::Never(
                Error::new(
                    ErrorKind::Overloaded,
                    "the store has failed too often of late; nothing is sent to it for now",
                )
                .with_retry_after(wait),
            ),
        }
    }

    fn conclude(&self, permit: CircuitPermit, result: &mut Result<T, E>, origin: &Origin) {
        let failed = match result {
            Ok(_) => false,
            Err(error) => match ErrorKind::of(error.as_error()) {
                ErrorKind::Overloaded | ErrorKind::Cancelled => return,
                kind => is_fault_of_store(kind),
            },
        };
        self.0.conclude(permit.age, failed, origin);
    }
}

const fn is_fault_of_store(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::Timeout
            | ErrorKind::Connect
            | ErrorKind::Tls
            | ErrorKind::Unavailable
            | ErrorKind::Protocol
            | ErrorKind::Io
    )
}

impl Drop for CircuitPermit {
    fn drop(&mut self) {
        // Of one with a result the circuit has grown older, or it was no trial.
        self.circuit.give_back(self.age);
    }
}

impl Default for CircuitBreaker {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for CircuitBreaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.0.state();
        let phase = match state.phase {
            Phase::Closed => "closed",
            Phase::Open { .. } => "open",
            Phase::Trying { .. } => "trying",
        };
        f.debug_struct("CircuitBreaker").field("state", &phase).field("latest", &state.window).finish_non_exhaustive()
    }
}

impl fmt::Debug for CircuitPermit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CircuitPermit")
    }
}
