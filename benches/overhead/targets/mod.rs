//! The targets, in the order in which they are measured and printed.

mod bare_memory;
mod counting_handler;
mod full_stack;
mod further_handler;
mod handlers;
mod idle_span;
mod otel_span;
mod prometheus_layer;
mod statsd_timing;
mod two_threads;

use crate::measure::Bench;
use crate::report::Row;

pub(crate) const ALL: &[Target] = &[
    idle_span::TARGET,
    counting_handler::TARGET,
    further_handler::TARGET,
    prometheus_layer::TARGET,
    full_stack::GET,
    full_stack::PUT,
    full_stack::HEAD,
    two_threads::TARGET,
    bare_memory::TARGET,
    statsd_timing::TARGET,
    otel_span::TARGET,
    handlers::TARGET,
];

/// What we promise, and how it is measured.
pub(crate) struct Target {
    pub(crate) id: &'static str,
    /// The highest ratio that meets it.
    pub(crate) limit: f64,
    /// The most allocations per call that meet it, where they matter.
    pub(crate) allocations: Option<f64>,
    pub(crate) measure: fn(&Bench) -> Vec<Row>,
}

impl Target {
    /// Whether an argument means it: `P5` all its parts, `P5-get` that one.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        let family = self.id.split_once('-').map_or(self.id, |(family, _)| family);
        [self.id, family].iter().any(|id| id.eq_ignore_ascii_case(name))
    }
}
