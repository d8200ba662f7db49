//! The two texts that Prometheus reads, written down.
//!
//! By hand, because the encoder of `prometheus-client` takes exemplars only from metrics of its own, and writes
//! only one of the two.

use std::fmt::{self, Write};

use super::exemplar::{Noted, Reading};
use super::format::Format;
use crate::handlers::by_tags::Labels;
use crate::handlers::metric::{Metric, Sample, Sum};
use crate::telemetry::catalogue::{MetricKind, Unit};

pub(super) struct Writer {
    format: Format,
    text: String,
}

impl Writer {
    pub(super) fn new(format: Format) -> Self {
        Self { format, text: String::new() }
    }

    /// Writes all series of a metric.
    pub(super) fn family<'a>(&mut self, metric: &Metric, series: impl Iterator<Item = (&'a Labels, &'a Reading)>) {
        let name = name(metric);
        let mut is_declared = false;
        for (labels, reading) in series {
            if !std::mem::replace(&mut is_declared, true) {
                self.declare(metric, &name);
            }
            // Writing to a `String` does not fail.
            let _ = self.series(metric, &name, labels, reading);
        }
    }

    pub(super) fn finish(mut self) -> String {
        if self.format == Format::OpenMetrics {
            self.text.push_str("# EOF\n");
        }
        self.text
    }

    fn declare(&mut self, metric: &Metric, name: &str) {
        let kind = match metric.definition.kind {
            MetricKind::Counter | MetricKind::Sum => "counter",
            MetricKind::InFlight | MetricKind::LastValue => "gauge",
            MetricKind::Distribution => "histogram",
        };
        // The classic text declares counters by the name that their samples have.
        let suffix = if self.format == Format::Text && kind == "counter" { "_total" } else { "" };
        let help = metric.definition.help.replace('\\', "\\\\");
        let _ = write!(self.text, "# HELP {name}{suffix} {help}\n# TYPE {name}{suffix} {kind}\n");
        if self.format == Format::OpenMetrics && metric.definition.unit != Unit::Count {
            let _ = writeln!(self.text, "# UNIT {name} {}", metric.definition.unit.as_str());
        }
    }

    fn series(&mut self, metric: &Metric, name: &str, labels: &Labels, reading: &Reading) -> fmt::Result {
        match &reading.sample {
            Sample::Sum(Sum::Whole(count)) if metric.definition.unit != Unit::Seconds => {
                self.sample(name, "_total", labels, None, format_args!("{count}"))?;
                self.exemplar(reading.exemplars.get(&0))
            }
            Sample::Sum(sum) => {
                self.sample(name, "_total", labels, None, format_args!("{:?}", metric.in_unit(*sum)))?;
                self.exemplar(reading.exemplars.get(&0))
            }
            Sample::Gauge(value) => {
                self.sample(name, "", labels, None, format_args!("{value}"))?;
                self.end()
            }
            Sample::Last { value, .. } => {
                self.sample(name, "", labels, None, format_args!("{value:?}"))?;
                self.end()
            }
            Sample::Distribution { buckets, sum } => {
                self.sample(name, "_sum", labels, None, format_args!("{:?}", metric.in_unit(*sum)))?;
                self.end()?;
                let count: u64 = buckets.iter().sum();
                self.sample(name, "_count", labels, None, format_args!("{count}"))?;
                self.end()?;
                let mut until_here = 0;
                let bounds = metric.bounds.iter().copied().chain([f64::INFINITY]);
                for (bucket, (bound, count)) in bounds.zip(buckets).enumerate() {
                    until_here += count;
                    self.sample(name, "_bucket", labels, Some(bound), format_args!("{until_here}"))?;
                    self.exemplar(reading.exemplars.get(&bucket))?;
                }
                Ok(())
            }
        }
    }

    /// A line without its end.
    fn sample(
        &mut self,
        name: &str,
        suffix: &str,
        labels: &Labels,
        bound: Option<f64>,
        value: fmt::Arguments<'_>,
    ) -> fmt::Result {
        write!(self.text, "{name}{suffix}")?;
        let mut between = '{';
        if let Some(bound) = bound {
            match bound {
                f64::INFINITY => self.text.push_str("{le=\"+Inf\""),
                bound => write!(self.text, "{{le=\"{bound:?}\"")?,
            }
            between = ',';
        }
        for (label, value) in labels {
            write!(self.text, "{between}{label}=\"")?;
            value.chars().for_each(|c| match c {
                '\\' => self.text.push_str("\\\\"),
                '"' => self.text.push_str("\\\""),
                '\n' => self.text.push_str("\\n"),
                c => self.text.push(c),
            });
            self.text.push('"');
            between = ',';
        }
        if between == ',' {
            self.text.push('}');
        }
        write!(self.text, " {value}")
    }

    /// The end of a line that may have an exemplar, where the format knows them.
    fn exemplar(&mut self, noted: Option<&Noted>) -> fmt::Result {
        if let Some(Noted { exemplar, value, seconds }) = noted.filter(|_| self.format == Format::OpenMetrics) {
            write!(self.text, " # {{trace_id=\"{:032x}\"", exemplar.trace_id)?;
            if let Some(span_id) = exemplar.span_id {
                write!(self.text, ",span_id=\"{span_id:016x}\"")?;
            }
            write!(self.text, "}} {value:?} {seconds:.3}")?;
        }
        self.end()
    }

    fn end(&mut self) -> fmt::Result {
        self.text.push('\n');
        Ok(())
    }
}

/// The metric's name with its unit, as Prometheus has names.
pub(super) fn name(metric: &Metric) -> String {
    let name = metric.definition.name.replace('.', "_");
    match metric.definition.unit {
        Unit::Count => name,
        unit => format!("{name}_{}", unit.as_str()),
    }
}
