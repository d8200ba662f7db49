//! The targets, in the order in which they are measured and printed.

mod bare_memory;
mod counting_handler;
mod further_handler;
mod idle_span;
mod prometheus_layer;

use crate::measure::Bench;
use crate::report::Row;

pub(crate) const ALL: &[Target] = &[
    idle_span::TARGET,
    counting_handler::TARGET,
    further_handler::TARGET,
    prometheus_layer::TARGET,
    bare_memory::TARGET,
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
