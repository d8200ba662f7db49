//! The catalogue: what events there are, and which metrics are made of them.
//!
//! It is data, so that every reporter, the documentation, the dashboards and the tests that compare
//! them read the same tables: [`EVENTS`] and [`METRICS`]. Metrics of your own are a [`MetricSet`].

mod bounds;
#[cfg(feature = "macros")]
mod custom;
#[cfg(feature = "macros")]
mod custom_metrics;
mod definition_error;
mod events;
mod metric_definition;
mod metric_set;
mod metrics;
pub mod names;
mod tag;

pub use bounds::{Bounds, InvalidBounds};
#[cfg(feature = "macros")]
pub use custom::custom;
#[cfg(feature = "macros")]
pub use custom_metrics::custom_metrics;
pub use definition_error::{DefinitionError, Problem};
pub(crate) use events::operation_of;
pub use events::{Direction, EVENTS, EventDefinition};
pub use metric_definition::{Ended, Filter, MetricDefinition, MetricKind, Unit};
pub use metric_set::MetricSet;
pub use metrics::METRICS;
pub use tag::Tag;
#[cfg(any(feature = "opentelemetry", feature = "prometheus"))]
pub(crate) use tag::{KNOWN_KINDS, possible_kinds};

#[cfg(test)]
mod tests;
