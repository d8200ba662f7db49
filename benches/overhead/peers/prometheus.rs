//! The metrics of a read, kept with the crate `prometheus`.

use std::time::Instant;

use prometheus::{Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, Opts};

const LABELS: [&str; 3] = ["read", "memory", "main"];

pub(crate) struct Recorder {
    durations: HistogramVec,
    operations: IntCounterVec,
    /// The same series, looked up once.
    duration: Histogram,
    operation: IntCounter,
}

impl Recorder {
    pub(crate) fn new() -> Self {
        let names = ["operation", "adapter", "cloud"];
        let buckets = vec![0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0];
        let durations =
            HistogramVec::new(HistogramOpts::new("duration_seconds", "Durations.").buckets(buckets), &names);
        let operations = IntCounterVec::new(Opts::new("operations_total", "Operations."), &names);
        let (durations, operations) = (durations.expect("sound"), operations.expect("sound"));
        let (duration, operation) = (durations.with_label_values(&LABELS), operations.with_label_values(&LABELS));
        Self { durations, operations, duration, operation }
    }

    /// One duration and one count, looked up by their labels.
    pub(crate) fn record(&self) {
        let seconds = clock();
        self.durations.with_label_values(&LABELS).observe(seconds);
        self.operations.with_label_values(&LABELS).inc();
    }

    /// The same without looking up.
    pub(crate) fn record_resolved(&self) {
        self.duration.observe(clock());
        self.operation.inc();
    }
}

/// What a caller does to have a duration.
fn clock() -> f64 {
    Instant::now().elapsed().as_secs_f64()
}
