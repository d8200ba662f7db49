//! Metrics for Prometheus to scrape.

mod admission;
mod collector;
mod end_tag;
mod exemplar;
mod format;
mod labelled;
mod native;
mod protobuf;
mod recorder;
mod row;
mod series;
mod table;
mod writer;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use prometheus_client::registry::Registry;

use self::collector::RecorderCollector;
pub use self::exemplar::Exemplar;
use self::exemplar::Source;
use self::format::Format;
use self::recorder::{Custom, Recorder};
use self::writer::Writer;
use crate::telemetry::catalogue::{Bounds, MetricSet};
use crate::telemetry::{AttachError, Dispatcher, Event, Handler, Scope};

/// Keeps the metrics of the [catalogue](crate::telemetry::catalogue::METRICS) and writes them down
/// when Prometheus asks.
///
/// ```
/// use buckets::handlers::prometheus::Prometheus;
/// use buckets::telemetry::Dispatcher;
/// use buckets::{Cloud, Upload};
/// # use buckets::adapter::Memory;
///
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// let metrics = Prometheus::new();
/// metrics.attach(&Dispatcher::global())?;
///
/// let cloud = Cloud::new("uploads", Memory::new());
/// cloud.insert(Upload::from_bytes("hello.txt", "Hello!")).await?;
///
/// let text = metrics.render();
/// let inserted = r#"buckets_operations_total{operation="insert",adapter="memory",cloud="uploads",status="success"} 1"#;
/// assert!(text.lines().any(|line| line == inserted));
/// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
/// ```
///
/// Counts are exact, nothing is sampled, and operations of clouds and of adapters never feed the
/// same series. What is known to happen in a cloud is there with zeros as soon as the cloud is, and every kind
/// of error of an operation as soon as that was called once.
/// Recording takes no lock, allocates nothing and does not make threads wait for each other.
///
/// Labels are names of clouds, adapters, operations and the like, never anything of a user's. If
/// there are more clouds than [series](PrometheusBuilder::series_limit), further ones share those
/// of `cloud="other"`, and `buckets_telemetry_overflow_events_total` says so.
///
/// Clones are the same handler.
#[derive(Clone)]
pub struct Prometheus(Arc<Recorder>);

impl Prometheus {
    /// The id under which it is attached.
    pub const ID: &'static str = "prometheus";

    /// A handler with the default settings.
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// A handler with other settings.
    pub fn builder() -> PrometheusBuilder {
        PrometheusBuilder {
            durations: Bounds::durations(),
            series_limit: PrometheusBuilder::DEFAULT_SERIES_LIMIT,
            native_histograms: false,
            custom: Custom::default(),
        }
    }

    /// Attaches this handler to `dispatcher`, under the id [`ID`](Self::ID).
    ///
    /// Operations in flight at this moment are counted when they end, but are not among those in flight.
    ///
    /// # Errors
    /// [`AttachError::AlreadyAttached`] if this handler or another of its kind is attached there
    /// already: everything would be counted twice.
    pub fn attach(&self, dispatcher: &Dispatcher) -> Result<(), AttachError> {
        if self.0.attachments.load(Ordering::Relaxed) == 0 {
            // Ends that came while it was detached were not told.
            self.0.reset_in_flight();
        }
        let mut selectors: Vec<_> =
            self.0.metrics.iter().flat_map(|metric| metric.definition.selectors).copied().collect();
        selectors.sort_unstable();
        selectors.dedup();
        dispatcher.attach_many(Self::ID, &selectors, Attachment::new(&self.0))?;
        self.0.watch(dispatcher);
        if self.0.has_custom_events() {
            self.0.introduce(&Scope::of(dispatcher.clone()));
        }
        Ok(())
    }

    /// The metrics in the classic text format (0.0.4), which people, `curl` and `promtool` read.
    pub fn render(&self) -> String {
        self.write(Format::Text)
    }

    /// The metrics in the format that a client wants, by the `Accept` header of its request, with
    /// the content type of the answer: OpenMetrics 1.0 for those who ask for it, protobuf for those who
    /// prefer it and if there are [native histograms](PrometheusBuilder::native_histograms), else the classic
    /// text.
    pub fn render_for(&self, accept: &str) -> (&'static str, Bytes) {
        let format = Format::accepted_by(accept, self.0.has_native);
        let body = match format {
            Format::Protobuf => self.write_protobuf().into(),
            Format::Text | Format::OpenMetrics => self.write(format).into(),
        };
        (format.content_type(), body)
    }

    /// Adds the metrics to a registry that the application keeps already, to be encoded with its
    /// own.
    ///
    /// # Errors
    /// [`RegisterError`] if they are in a registry already: they would be there twice.
    pub fn register(&self, registry: &mut Registry) -> Result<(), RegisterError> {
        if self.0.is_registered.swap(true, Ordering::Relaxed) {
            return Err(RegisterError);
        }
        registry.register_collector(self.collector());
        Ok(())
    }

    fn write(&self, format: Format) -> String {
        let mut writer = Writer::new(format);
        for (metric, series) in self.0.metrics.iter().zip(self.0.collect()) {
            writer.family(metric, series.iter());
        }
        writer.finish()
    }

    fn write_protobuf(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for (metric, series) in self.0.metrics.iter().zip(self.0.collect()) {
            protobuf::family(&mut out, metric, series.iter());
        }
        out
    }

    fn collector(&self) -> Box<RecorderCollector> {
        Box::new(RecorderCollector(Arc::clone(&self.0)))
    }
}

impl Default for Prometheus {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Prometheus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prometheus").field("attachments", &self.0.attachments).finish_non_exhaustive()
    }
}

/// Makes a [`Prometheus`] handler with other settings.
#[derive(Clone, Debug)]
#[must_use]
pub struct PrometheusBuilder {
    durations: Bounds,
    series_limit: usize,
    native_histograms: bool,
    custom: Custom,
}

impl PrometheusBuilder {
    /// How many series there may be unless told otherwise: enough for about thirty clouds.
    pub const DEFAULT_SERIES_LIMIT: usize = 10_000;

    /// Sets the bounds, in seconds, of the buckets of durations of operations;
    /// [`Bounds::durations`] unless set.
    pub fn duration_bounds(mut self, bounds: Bounds) -> Self {
        self.durations = bounds;
        self
    }

    /// Sets how many time series there may be. Clouds and series beyond share those named `other`,
    /// which come on top.
    pub fn series_limit(mut self, series: usize) -> Self {
        self.series_limit = series;
        self
    }

    /// Keeps distributions of durations and sizes as native histograms, too: with eight buckets to each power of two,
    /// so that every quantile is right to 9 %, whatever the bounds of the classic ones.
    ///
    /// They are in the protobuf format only, which Prometheus prefers when it is configured to scrape them
    /// (`scrape_native_histograms: true`, or before version 3 `--enable-feature=native-histograms`). It then keeps
    /// them *instead* of the classic ones, whose `…_bucket` series the dashboard and the rules of this repository ask,
    /// unless told to keep both (`always_scrape_classic_histograms: true`). Texts have the classic ones as ever.
    ///
    /// A series takes about a kilobyte, and for every four-fold range in which something was measured 128 bytes per
    /// thread that can run at once; 753 buckets are the most there can be.
    ///
    /// ```
    /// use buckets::handlers::prometheus::Prometheus;
    ///
    /// let metrics = Prometheus::builder().native_histograms().build();
    /// ```
    pub fn native_histograms(mut self) -> Self {
        self.native_histograms = true;
        self
    }

    /// Adds the [metrics](crate::telemetry::catalogue::custom_metrics) of all instrumented functions,
    /// `span!`s and `event!`s of the program, with zeros for those not called yet.
    ///
    /// ```
    /// use buckets::handlers::prometheus::Prometheus;
    /// use buckets::instrumented;
    /// use buckets::telemetry::Dispatcher;
    ///
    /// #[instrumented("my_app.thumbnail.make", measurements(bytes = image.len()))]
    /// fn make(image: &[u8]) -> Result<(), std::io::Error> {
    ///     Ok(())
    /// }
    ///
    /// let metrics = Prometheus::builder().custom_events().build();
    /// metrics.attach(&Dispatcher::global())?;
    /// assert!(metrics.render().contains("my_app_thumbnail_make_calls_total{status=\"success\"} 0"));
    /// make(&[0; 9]);
    /// assert!(metrics.render().contains("my_app_thumbnail_make_calls_total{status=\"success\"} 1"));
    /// assert!(metrics.render().contains("my_app_thumbnail_make_content_bytes_total 9"));
    /// # Ok::<(), buckets::telemetry::AttachError>(())
    /// ```
    #[cfg(feature = "macros")]
    pub fn custom_events(mut self) -> Self {
        use crate::telemetry::catalogue;
        let events = catalogue::custom().iter().map(|event| event.name).collect();
        self.custom.metrics.extend(catalogue::custom_metrics());
        self.custom.events = events;
        self
    }

    /// Links counters and buckets of distributions to traces: `source` is asked for the trace of each event, in the
    /// thread where it happens, and gives [`None`] for what is not traced. The last one of each bucket is kept.
    ///
    /// OpenMetrics has them, which Prometheus asks for when it is started with
    /// `--enable-feature=exemplar-storage`; the classic text has not.
    ///
    /// ```
    /// use buckets::handlers::prometheus::{Exemplar, Prometheus};
    ///
    /// # fn current_trace_id() -> Option<u128> { None }
    /// let metrics = Prometheus::builder().exemplars(|_event| current_trace_id().map(Exemplar::new)).build();
    /// ```
    pub fn exemplars(mut self, source: impl Fn(&Event<'_>) -> Option<Exemplar> + Send + Sync + 'static) -> Self {
        self.custom.exemplars = Some(Arc::new(Source(Box::new(source))));
        self
    }

    /// Adds metrics of your own to the built-in ones.
    ///
    /// ```
    /// use buckets::handlers::prometheus::Prometheus;
    /// use buckets::telemetry::Dispatcher;
    /// use buckets::telemetry::catalogue::{MetricDefinition, MetricSet, Tag};
    /// use buckets::{Cloud, Upload};
    /// # use buckets::adapter::Memory;
    ///
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// let by_type = MetricDefinition::sum("my_app.uploaded", "bytes", &["buckets.cloud.insert.stop"])
    ///     .tags(&[Tag::Field("content_type")])
    ///     .help("Content that was uploaded, by its type.");
    /// let metrics = Prometheus::builder().metrics(&MetricSet::new([by_type])?).build();
    /// metrics.attach(&Dispatcher::global())?;
    ///
    /// let cloud = Cloud::new("uploads", Memory::new());
    /// cloud.insert(Upload::from_bytes("cat.png", "Meow!")).await?;
    /// assert!(metrics.render().contains("my_app_uploaded_bytes_total{content_type=\"image\"} 5"));
    /// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
    /// ```
    pub fn metrics(mut self, metrics: &MetricSet) -> Self {
        self.custom.metrics.extend(metrics.iter());
        self
    }

    /// The handler.
    pub fn build(self) -> Prometheus {
        let recorder = Recorder::new(&self.durations, self.series_limit, self.native_histograms, self.custom);
        Prometheus(Arc::new(recorder))
    }
}

/// The metrics of a handler are in a registry already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegisterError;

impl fmt::Display for RegisterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("these metrics are in a registry already; make one handler per registry")
    }
}

impl std::error::Error for RegisterError {}

/// A recorder at a dispatcher.
struct Attachment(Arc<Recorder>);

impl Attachment {
    fn new(recorder: &Arc<Recorder>) -> Self {
        recorder.attachments.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(recorder))
    }
}

impl Drop for Attachment {
    fn drop(&mut self) {
        self.0.attachments.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Handler for Attachment {
    #[inline]
    fn handle(&self, event: &Event<'_>) {
        self.0.record(event);
    }

    fn scope_created(&self, scope: &Scope) {
        self.0.introduce(scope);
    }
}
