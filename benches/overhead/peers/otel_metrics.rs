//! The metrics of a read, recorded with OpenTelemetry's SDK by hand.

use std::time::Instant;

use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Histogram, MeterProvider, UpDownCounter};
use opentelemetry_sdk::metrics::SdkMeterProvider;

/// What ours keeps of a read that succeeds: how many, how long, how large, how much, and how many at once.
pub(crate) struct ByHand {
    operations: Counter<u64>,
    transferred: Counter<u64>,
    durations: Histogram<f64>,
    sizes: Histogram<f64>,
    in_flight: UpDownCounter<i64>,
    labels: [KeyValue; 3],
}

impl ByHand {
    pub(crate) fn new(provider: &SdkMeterProvider) -> Self {
        let meter = provider.meter("app");
        let labels =
            [KeyValue::new("operation", "read"), KeyValue::new("adapter", "memory"), KeyValue::new("cloud", "main")];
        Self {
            operations: meter.u64_counter("operations").build(),
            transferred: meter.u64_counter("transferred").build(),
            durations: meter.f64_histogram("duration").build(),
            sizes: meter.f64_histogram("size").build(),
            in_flight: meter.i64_up_down_counter("in_flight").build(),
            labels,
        }
    }

    pub(crate) fn record(&self) {
        let begun = Instant::now();
        self.in_flight.add(1, &self.labels);
        let seconds = begun.elapsed().as_secs_f64();
        self.in_flight.add(-1, &self.labels);
        self.durations.record(seconds, &self.labels);
        self.sizes.record(4096.0, &self.labels);
        self.operations.add(1, &self.labels);
        self.transferred.add(4096, &self.labels);
    }
}
