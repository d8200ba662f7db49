//! How fast operations are: rolling averages and percentiles, and alerts for what is slow, hangs or gets worse.

mod alert;
mod series;
mod settings;
mod snapshot;
#[cfg(test)]
mod tests;
mod window;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

pub use self::alert::{Alert, Degradation, Overdue, Slow};
use self::series::Series;
pub use self::settings::PerformanceBuilder;
use self::settings::Settings;
pub use self::snapshot::{OperationPerformance, Snapshot, Totals};
pub use self::window::Durations;
use crate::handlers::by_event::ByEvent;
use crate::telemetry::{AttachError, Dispatcher, Event, Handler, Stage, Timestamp, WeakDispatcher};

/// Follows how long operations take, by adapter and operation. Clones are the same monitor.
///
/// It keeps the average of the last 100, percentiles over a rolling window (right to one in a
/// hundred), counts by outcome, and how many run at once. It speaks up
/// - at once, when an operation took [too long](PerformanceBuilder::slow_after) for what it moved;
/// - when [asked to check](Self::check), of operations that
///   [never end](PerformanceBuilder::overdue_after), and when operations take
///   [much longer than usual](PerformanceBuilder::degraded), and when they do no more.
///
/// Successes and failures are apart, because failing fast is no speed; cancelled operations are only
/// counted. Nothing is sampled, and recording never waits for more than another record of the same kind.
///
/// ```
/// use buckets::Cloud;
/// use buckets::adapter::Memory;
/// use buckets::handlers::performance::Performance;
/// use buckets::telemetry::{Dispatcher, EventName, Scope, Span};
///
/// static PUT: EventName = EventName::new("buckets.adapter.put");
///
/// let dispatcher = Dispatcher::new();
/// let performance = Performance::builder().on_alert(|alert| eprintln!("{alert}")).build();
/// performance.attach(&dispatcher)?;
///
/// // What a `TelemetryLayer` does for each operation:
/// Span::start(&Scope::new(dispatcher, "uploads", "volume"), &PUT).succeed();
///
/// let snapshot = performance.snapshot();
/// println!("{snapshot}");
/// assert_eq!(snapshot.get("volume", "put").unwrap().totals.succeeded, 1);
/// # Ok::<(), buckets::telemetry::AttachError>(())
/// ```
#[derive(Clone)]
pub struct Performance(Arc<Monitor>);

struct Monitor {
    settings: Settings,
    by_event: ByEvent<Arc<Series>>,
    dispatcher: OnceLock<WeakDispatcher>,
    series: RwLock<HashMap<SeriesKey, Arc<Series>>>,
}

/// Adapter and operation.
type SeriesKey = (Box<str>, &'static str);

/// What series over the limit are called.
const OTHER: &str = "other";

impl Performance {
    /// The id under which it is attached.
    pub const ID: &'static str = "performance";

    /// A monitor with the default settings.
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// A monitor with settings of its own.
    pub fn builder() -> PerformanceBuilder {
        PerformanceBuilder::new()
    }

    /// Attaches this monitor to `dispatcher`, under the id [`ID`](Self::ID).
    ///
    /// # Errors
    /// [`AttachError::AlreadyAttached`] if there is one already,
    /// [`InvalidSelector`](AttachError::InvalidSelector) for a selection that is none.
    pub fn attach(&self, dispatcher: &Dispatcher) -> Result<(), AttachError> {
        let selectors: Vec<_> = self.0.settings.selectors.iter().map(String::as_str).collect();
        dispatcher.attach_many(Self::ID, &selectors, self.clone())?;
        self.0.dispatcher.get_or_init(|| dispatcher.downgrade());
        Ok(())
    }

    /// What it knows now. Empty before it is attached.
    pub fn snapshot(&self) -> Snapshot {
        let now = self.0.now().unwrap_or_default();
        let mut operations: Vec<_> = self.0.all().iter().map(|series| series.read(now)).collect();
        operations.sort_by(|a, b| (&a.adapter, a.operation).cmp(&(&b.adapter, b.operation)));
        Snapshot { operations }
    }

    /// Looks for operations that are overdue and for trends; gives back the alerts, which
    /// [`on_alert`](PerformanceBuilder::on_alert) is told, too. Each is told once. Call it every ten
    /// seconds or so, or have [`watch`](Self::watch) do that.
    pub fn check(&self) -> Vec<Alert> {
        let mut alerts = Vec::new();
        if let Some(now) = self.0.now() {
            self.0.all().iter().for_each(|series| series.check(now, &self.0.settings, &mut alerts));
        }
        alerts.iter().for_each(|alert| (self.0.settings.on_alert)(alert));
        alerts
    }

    /// [Checks](Self::check) at every `interval`, for ever: spawn it.
    pub async fn watch(self, interval: Duration) {
        let mut ticks = tokio::time::interval(interval.max(Duration::from_millis(1)));
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            self.check();
        }
    }
}

impl Handler for Performance {
    fn handle(&self, event: &Event<'_>) {
        let monitor = &*self.0;
        match event.stage() {
            Stage::Point => {}
            Stage::Start => monitor.with_series(event, |series| series.begin(event)),
            Stage::Stop | Stage::Exception => {
                let alert = monitor.with_series(event, |series| series.end(event, &monitor.settings));
                if let Some(alert) = alert {
                    (monitor.settings.on_alert)(&alert);
                }
            }
        }
    }
}

impl Monitor {
    fn new(settings: Settings) -> Self {
        Self { settings, by_event: ByEvent::new(), dispatcher: OnceLock::new(), series: RwLock::default() }
    }

    fn now(&self) -> Option<Timestamp> {
        Some(self.dispatcher.get()?.upgrade()?.now())
    }

    fn all(&self) -> Vec<Arc<Series>> {
        self.series.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    fn with_series<R>(&self, event: &Event<'_>, with: impl FnOnce(&Series) -> R) -> R {
        self.by_event.with(event, || self.series(event.adapter(), event.operation()), |series| with(series))
    }

    fn series(&self, adapter: &str, operation: &'static str) -> Arc<Series> {
        let mut all = self.series.write().unwrap_or_else(PoisonError::into_inner);
        let key: SeriesKey = (adapter.into(), operation);
        let has_room = all.len() < self.settings.most_series || all.contains_key(&key);
        let (adapter, operation) = if has_room { key } else { (OTHER.into(), OTHER) };
        let series = Arc::new(Series::new(&adapter, operation, &self.settings));
        Arc::clone(all.entry((adapter, operation)).or_insert(series))
    }
}

impl Default for Performance {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Performance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Performance").field("selectors", &self.0.settings.selectors).finish_non_exhaustive()
    }
}
