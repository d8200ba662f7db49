use std::fmt;
use std::sync::Arc;

use opentelemetry::global;
use opentelemetry::metrics::{Meter, MeterProvider};

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
/// Counters that are known to come are there with zeros as soon as a cloud is. What the Prometheus
/// handler knows of itself (`buckets.telemetry.*`) is not there.
///
/// Nothing is sampled. The SDK limits the series of each metric, to 2000 unless told otherwise, and puts what is
/// beyond into one with `otel.metric.overflow`.
///
/// Operations in flight when the handler is attached are not counted among those, and such as are when it
/// is detached stay among them. Clones are the same handler.
#[derive(Clone)]
pub struct Metrics(Arc<Recorder>);

struct Recorder {
    metrics: Box<[Metric]>,
    /// Those whose series may be known before they come.
    events: Box<[&'static EventName]>,
    has_custom_events: bool,
    rows: ByEvent<Row>,
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
        dispatcher.attach_many(Self::ID, &selectors, Attachment(Arc::clone(&self.0)))?;
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
        Metrics(Arc::new(Recorder { metrics, events, has_custom_events, rows: ByEvent::new() }))
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
struct Attachment(Arc<Recorder>);

impl Handler for Attachment {
    fn handle(&self, event: &Event<'_>) {
        let Recorder { metrics, rows, .. } = &*self.0;
        rows.with(event, || Row::new(metrics, event), |row| row.record(metrics, event));
    }

    fn scope_created(&self, scope: &Scope) {
        self.0.introduce(scope);
    }
}
