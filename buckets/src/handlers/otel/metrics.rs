use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use opentelemetry::global;
use opentelemetry::metrics::{Meter, MeterProvider};

use super::health::Health;
use super::row::{Metric, Row};
use crate::handlers::by_event::ByEvent;
use crate::telemetry::catalogue::{Bounds, EVENTS, METRICS, MetricDefinition, MetricSet};
use crate::telemetry::{AttachError, Dispatcher, Event, EventName, Handler, Scope};

/// Records the metrics of the [catalogue](crate::telemetry::catalogue::METRICS), and yours, through
/// OpenTelemetry.
///
/// ```
/// use buckets::handlers::otel::Metrics;
/// use buckets::telemetry::Dispatcher;
///
/// // after `opentelemetry::global::set_meter_provider(..)`
/// Metrics::new().attach(&Dispatcher::global())?;
/// # Ok::<(), buckets::telemetry::AttachError>(())
/// ```
///
/// Names, attributes, buckets and numbers are those of the
/// [Prometheus handler](https://docs.rs/buckets/latest/buckets/handlers/prometheus/), so that one dashboard
/// serves both: `buckets.operation.duration` in `s` is what becomes `buckets_operation_duration_seconds`. The
/// same goes for its having successes only, where OpenTelemetry's convention would be one metric for all ends.
/// Counters that are known to come are there with zeros as soon as a cloud is, and every kind of error of an
/// operation as soon as that was called once. How the dispatcher's handlers are doing (`buckets.telemetry.*`) is
/// asked when metrics are collected.
///
/// Nothing is sampled. The SDK limits the series of each metric, to 2000 unless told otherwise, and puts what is
/// beyond into one with `otel.metric.overflow`; there is no `buckets.telemetry.overflow.events` here.
///
/// Operations in flight when the handler is attached are not counted among those, and when it is detached none
/// are. Clones are the same handler.
#[derive(Clone)]
pub struct Metrics(Arc<Recorder>);

struct Recorder {
    metrics: Box<[Metric]>,
    /// Those whose series may be known before they come.
    events: Box<[&'static EventName]>,
    has_custom_events: bool,
    health: Arc<Health>,
}

impl Metrics {
    /// The id under which it is attached.
    pub const ID: &'static str = "opentelemetry.metrics";

    /// A handler for the meter provider that is OpenTelemetry's global one now.
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// A handler with other settings.
    pub fn builder() -> MetricsBuilder {
        MetricsBuilder {
            meter: None,
            durations: Bounds::durations(),
            definitions: METRICS.to_vec(),
            custom_events: Vec::new(),
        }
    }

    /// Attaches this handler to `dispatcher`, under the id [`ID`](Self::ID).
    ///
    /// # Errors
    /// [`AttachError::AlreadyAttached`] if there is one already.
    pub fn attach(&self, dispatcher: &Dispatcher) -> Result<(), AttachError> {
        let mut selectors: Vec<_> = self.0.metrics.iter().flat_map(Metric::selectors).copied().collect();
        selectors.sort_unstable();
        selectors.dedup();
        let attachment = Attachment::new(&self.0);
        let number = attachment.number;
        dispatcher.attach_many(Self::ID, &selectors, attachment)?;
        self.0.health.watch(number, dispatcher);
        if self.0.has_custom_events {
            self.0.introduce(&Scope::of(dispatcher.clone()));
        }
        Ok(())
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").field("metrics", &self.0.metrics.len()).finish_non_exhaustive()
    }
}

/// Makes a [`Metrics`] handler with other settings.
#[derive(Clone)]
#[must_use]
pub struct MetricsBuilder {
    meter: Option<Meter>,
    durations: Bounds,
    definitions: Vec<MetricDefinition>,
    custom_events: Vec<&'static EventName>,
}

impl MetricsBuilder {
    /// Records through this meter provider; through the global one unless set.
    pub fn provider(mut self, provider: &impl MeterProvider) -> Self {
        self.meter = Some(provider.meter_with_scope(super::scope()));
        self
    }

    /// Sets the bounds, in seconds, of the buckets of durations of operations;
    /// [`Bounds::durations`] unless set.
    pub fn duration_bounds(mut self, bounds: Bounds) -> Self {
        self.durations = bounds;
        self
    }

    /// Adds metrics of your own to the built-in ones.
    pub fn metrics(mut self, metrics: &MetricSet) -> Self {
        self.definitions.extend(metrics.iter());
        self
    }

    /// Adds the [metrics](crate::telemetry::catalogue::custom_metrics) of all instrumented functions,
    /// `span!`s and `event!`s of the program.
    #[cfg(feature = "macros")]
    pub fn custom_events(mut self) -> Self {
        use crate::telemetry::catalogue;
        self.custom_events = catalogue::custom().iter().map(|event| event.name).collect();
        self.definitions.extend(catalogue::custom_metrics());
        self
    }

    /// The handler.
    pub fn build(self) -> Metrics {
        let Self { meter, durations, definitions, custom_events } = self;
        let meter = meter.unwrap_or_else(|| global::meter_with_scope(super::scope()));
        let reported = definitions.iter().filter(|definition| !definition.selectors.is_empty());
        let metrics = reported.map(|definition| Metric::new(definition, &durations, &meter)).collect();
        let has_custom_events = !custom_events.is_empty();
        let events = EVENTS.iter().map(|event| event.name).chain(custom_events).collect();
        let health = Arc::<Health>::default();
        health.tell(&meter);
        Metrics(Arc::new(Recorder { metrics, events, has_custom_events, health }))
    }
}

impl fmt::Debug for MetricsBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MetricsBuilder").field("durations", &self.durations).finish_non_exhaustive()
    }
}

impl Recorder {
    fn introduce(&self, scope: &Scope) {
        for metric in &self.metrics {
            self.events.iter().for_each(|name| metric.introduce(name, scope));
        }
    }
}

/// A recorder at a dispatcher.
struct Attachment {
    recorder: Arc<Recorder>,
    number: u64,
    rows: ByEvent<Arc<Row>>,
    /// The same, to be found without their clouds.
    made: Mutex<Vec<Weak<Row>>>,
}

impl Attachment {
    fn new(recorder: &Arc<Recorder>) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        Self { recorder: Arc::clone(recorder), number, rows: ByEvent::new(), made: Mutex::default() }
    }

    fn new_row(&self, event: &Event<'_>) -> Arc<Row> {
        let row = Arc::new(Row::new(&self.recorder.metrics, event));
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if made.len() == made.capacity() {
            // Those of clouds that are gone; and room for as many more as there are, so that this is rare.
            made.retain(|row| row.strong_count() > 0);
            let more = made.len() + 1;
            made.reserve(more);
        }
        made.push(Arc::downgrade(&row));
        row
    }
}

impl Handler for Attachment {
    fn handle(&self, event: &Event<'_>) {
        let Recorder { metrics, health, .. } = &*self.recorder;
        health.events.fetch_add(1, Ordering::Relaxed);
        self.rows.with(event, || self.new_row(event), |row| row.record(metrics, event));
    }

    fn scope_created(&self, scope: &Scope) {
        self.recorder.introduce(scope);
    }
}

impl Drop for Attachment {
    /// What is in flight now ends without this being told.
    fn drop(&mut self) {
        self.recorder.health.forget(self.number);
        let made = self.made.get_mut().unwrap_or_else(PoisonError::into_inner);
        made.iter().filter_map(Weak::upgrade).for_each(|row| row.let_go(&self.recorder.metrics));
    }
}
