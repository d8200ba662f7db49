//! The metrics of a read, kept with `prometheus-client`.

use std::time::Instant;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    operation: &'static str,
    adapter: &'static str,
    cloud: &'static str,
}

const LABELS: Labels = Labels { operation: "read", adapter: "memory", cloud: "main" };

/// What ours keeps of a read that succeeds: how many, how long, how large, how much, and how many at once.
pub(crate) struct Client {
    operations: Family<Labels, Counter>,
    transferred: Family<Labels, Counter>,
    durations: Family<Labels, Histogram>,
    sizes: Family<Labels, Histogram>,
    in_flight: Family<Labels, Gauge>,
}

impl Client {
    pub(crate) fn new() -> Self {
        Self {
            operations: Family::default(),
            transferred: Family::default(),
            durations: Family::new_with_constructor(|| Histogram::new([0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0])),
            sizes: Family::new_with_constructor(|| Histogram::new((0..13).map(|power| 1024.0 * 4.0_f64.powi(power)))),
            in_flight: Family::default(),
        }
    }

    /// Looked up by labels, as its families are used.
    pub(crate) fn record(&self) {
        let begun = Instant::now();
        self.in_flight.get_or_create(&LABELS).inc();
        let seconds = begun.elapsed().as_secs_f64();
        self.in_flight.get_or_create(&LABELS).dec();
        self.durations.get_or_create(&LABELS).observe(seconds);
        self.sizes.get_or_create(&LABELS).observe(4096.0);
        self.operations.get_or_create(&LABELS).inc();
        self.transferred.get_or_create(&LABELS).inc_by(4096);
    }
}
