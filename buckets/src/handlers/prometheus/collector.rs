//! Brings what was recorded to a registry of `prometheus-client` that the application has.

use std::fmt;
use std::sync::Arc;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::exemplar::Exemplar;
use prometheus_client::registry;

use super::exemplar::Reading;
use super::recorder::Recorder;
use crate::handlers::metric::{Metric, Sample, Sum};
use crate::telemetry::catalogue::{MetricKind, Unit};

pub(super) struct RecorderCollector(pub(super) Arc<Recorder>);

impl Collector for RecorderCollector {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        for (metric, series) in self.0.metrics.iter().zip(self.0.collect()) {
            if series.is_empty() {
                continue;
            }
            let definition = metric.definition;
            let name = definition.name.replace('.', "_");
            let unit = unit(definition.unit);
            let kind = match definition.kind {
                MetricKind::Counter | MetricKind::Sum => MetricType::Counter,
                MetricKind::InFlight | MetricKind::LastValue => MetricType::Gauge,
                MetricKind::Distribution => MetricType::Histogram,
            };
            let mut family = encoder.encode_descriptor(&name, definition.help, unit.as_ref(), kind)?;
            for (labels, Reading { sample, .. }) in &series {
                match &**labels {
                    // An empty set would be written as `{}`.
                    [] => encode_sample(&mut family, metric, sample)?,
                    labels => encode_sample(&mut family.encode_family(&labels)?, metric, sample)?,
                }
            }
        }
        Ok(())
    }
}

fn encode_sample(encoder: &mut MetricEncoder<'_>, metric: &Metric, sample: &Sample) -> fmt::Result {
    const NO_EXEMPLAR: Option<&Exemplar<NoLabelSet, u64>> = None;
    match sample {
        Sample::Sum(Sum::Whole(count)) if metric.definition.unit != Unit::Seconds => {
            encoder.encode_counter(count, NO_EXEMPLAR)
        }
        Sample::Sum(sum) => encoder.encode_counter(&metric.in_unit(*sum), NO_EXEMPLAR),
        Sample::Gauge(value) => encoder.encode_gauge(value),
        Sample::Last { value, .. } => encoder.encode_gauge(value),
        Sample::Distribution { buckets, sum } => {
            let bounds = metric.bounds.iter().copied().chain([f64::INFINITY]);
            let buckets: Vec<_> = bounds.zip(buckets.iter().copied()).collect();
            let count = buckets.iter().map(|(_, count)| count).sum();
            encoder.encode_histogram::<NoLabelSet>(metric.in_unit(*sum), count, &buckets, None)
        }
    }
}

fn unit(unit: Unit) -> Option<registry::Unit> {
    match unit {
        Unit::Count => None,
        Unit::Seconds => Some(registry::Unit::Seconds),
        Unit::Bytes => Some(registry::Unit::Bytes),
    }
}

impl fmt::Debug for RecorderCollector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecorderCollector")
    }
}
