//! Events as lines of a log, through `tracing`.

mod chain;
mod limiter;
mod record;

use std::sync::{Arc, Mutex, PoisonError};

use tracing::Level;

use self::limiter::Limiter;
use self::record::Record;
use crate::telemetry::catalogue::names;
use crate::telemetry::{self, AttachError, Dispatcher, Event, Handler, Outcome, Stage};

/// Writes events to the application's log, through `tracing`, with the target [`TARGET`](Self::TARGET).
///
/// ```
/// use buckets::handlers::log::Log;
/// use buckets::telemetry::Dispatcher;
///
/// Log::new().attach(&Dispatcher::global())?;
/// # Ok::<(), buckets::telemetry::AttachError>(())
/// ```
///
/// By default it tells how each operation of a cloud ended: failures at `WARN`; what is no failure
/// (success, an expected error, a caller that went away) at `DEBUG`; and handlers that panicked, at
/// `WARN`. An operation that has a level of its own is told at that one if it succeeds, and one that
/// was [slow](Event::is_slow) like a failure. Nothing is logged at `ERROR` unless so asked, because
/// error trackers make an event of each such line, and a failure that was also reported to them by
/// its own handler would be there twice.
///
/// The fields are `event`, `operation`, `adapter`, `cloud`, `span_id`, `parent_id`, `duration_ms`,
/// `status`, `kind`, `attempts`, `bytes`, `time_to_first_byte_ms`, `content_type`, `key`, `error`,
/// `retryable`, `http_status`, `request_id`, `weight` where a line stands for more than one
/// operation, `suppressed` where a [limit](Self::limit) left out some before it, and `metadata` with what an event has besides. What an event does not have is left
/// out, and so is what [sampling](crate::telemetry::Sampling) leaves out. A key is only there as far
/// as the dispatcher's [`KeyPolicy`](crate::telemetry::KeyPolicy) shows it, which by default it does
/// not; content, secrets and links are never there. Texts cannot forge lines or colour a terminal:
/// control characters and marks of reading direction are escaped, and each text ends after 256 bytes.
#[derive(Clone, Debug)]
pub struct Log {
    selectors: Vec<String>,
    start: Option<Level>,
    success: Option<Level>,
    expected: Option<Level>,
    cancelled: Option<Level>,
    failure: Option<Level>,
    point: Option<Level>,
    limiter: Option<Arc<Mutex<Limiter>>>,
}

impl Log {
    /// The id under which it is attached.
    pub const ID: &'static str = "log";

    /// The target of all its lines.
    pub const TARGET: &'static str = "buckets::telemetry";

    /// A handler with the default settings.
    pub fn new() -> Self {
        Self {
            selectors: vec!["buckets.cloud".into(), names::HANDLER_FAILURE.as_str().into()],
            start: None,
            success: Some(Level::DEBUG),
            expected: Some(Level::DEBUG),
            cancelled: Some(Level::DEBUG),
            failure: Some(Level::WARN),
            point: Some(Level::DEBUG),
            limiter: None,
        }
    }

    /// Logs other events: names or beginnings of names, as [`Dispatcher::attach_many`] takes them.
    /// The events of clouds and the failures of handlers unless set.
    pub fn select<S: Into<String>>(mut self, selectors: impl IntoIterator<Item = S>) -> Self {
        self.selectors = selectors.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the level for operations that begin; [`None`] unless set, which means not to log them.
    pub fn start(mut self, level: impl Into<Option<Level>>) -> Self {
        self.start = level.into();
        self
    }

    /// Sets the level for operations that did what was asked; `DEBUG` unless set, [`None`] for not at all.
    pub fn success(mut self, level: impl Into<Option<Level>>) -> Self {
        self.success = level.into();
        self
    }

    /// Sets the level for errors that are answers, such as nothing found by a lookup; `DEBUG` unless
    /// set, [`None`] for not at all.
    pub fn expected(mut self, level: impl Into<Option<Level>>) -> Self {
        self.expected = level.into();
        self
    }

    /// Sets the level for operations whose caller went away; `DEBUG` unless set, [`None`] for not at all.
    pub fn cancelled(mut self, level: impl Into<Option<Level>>) -> Self {
        self.cancelled = level.into();
        self
    }

    /// Sets the level for failures; `WARN` unless set, [`None`] for not at all.
    pub fn failure(mut self, level: impl Into<Option<Level>>) -> Self {
        self.failure = level.into();
        self
    }

    /// Sets the level for events without duration, such as retries; `DEBUG` unless set, [`None`] for not at all.
    pub fn point(mut self, level: impl Into<Option<Level>>) -> Self {
        self.point = level.into();
        self
    }

    /// Writes of each event, apart by stage and kind of error, at most `burst` lines at once, and then so many a
    /// minute; all unless set. The next line says in `suppressed` how many were left out before it.
    ///
    /// For when a store is down, and each of a thousand calls a second would be a warning. Metrics count them all.
    pub fn limit(mut self, burst: u32, per_minute: u32) -> Self {
        self.limiter = Some(Arc::new(Mutex::new(Limiter::new(burst, per_minute))));
        self
    }

    /// Attaches this handler to `dispatcher`, under the id [`ID`](Self::ID).
    ///
    /// # Errors
    /// [`AttachError::AlreadyAttached`] if there is one already,
    /// [`InvalidSelector`](AttachError::InvalidSelector) for a selection that is none.
    pub fn attach(self, dispatcher: &Dispatcher) -> Result<(), AttachError> {
        let selectors: Vec<_> = self.selectors.iter().map(String::as_str).collect();
        dispatcher.attach_many(Self::ID, &selectors, self.clone())
    }

    fn level(&self, event: &Event<'_>) -> Option<Level> {
        if event.name() == &names::HANDLER_FAILURE {
            return Some(Level::WARN);
        }
        let own = |level: Option<Level>| level.map(|level| event.level().map_or(level, Level::from));
        match (event.stage(), event.outcome()) {
            (Stage::Start, _) => self.start,
            (_, None) => own(self.point),
            (_, Some(Outcome::Success)) if event.is_slow() == Some(true) => self.failure,
            (_, Some(Outcome::Success)) => own(self.success),
            (_, Some(Outcome::Expected(_))) => self.expected,
            (_, Some(Outcome::Cancelled)) => self.cancelled,
            (_, Some(Outcome::Error(_) | Outcome::Panic)) => self.failure,
        }
    }
}

impl From<telemetry::Level> for Level {
    fn from(level: telemetry::Level) -> Self {
        match level {
            telemetry::Level::Trace => Self::TRACE,
            telemetry::Level::Debug => Self::DEBUG,
            telemetry::Level::Info => Self::INFO,
            telemetry::Level::Warn => Self::WARN,
            telemetry::Level::Error => Self::ERROR,
        }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self::new()
    }
}

impl Handler for Log {
    fn handle(&self, event: &Event<'_>) {
        let Some(weight) = event.weight() else { return };
        let Some(level) = self.level(event).filter(|level| record::is_enabled(*level)) else { return };
        let admit = |limiter: &Arc<Mutex<Limiter>>| {
            // Let go before anything is written, which may take its time.
            limiter.lock().unwrap_or_else(PoisonError::into_inner).admit(event)
        };
        if let Some(suppressed) = self.limiter.as_ref().map_or(Some(0), admit) {
            Record::new(event, weight, suppressed).write(level);
        }
    }
}
