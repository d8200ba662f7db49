//! The catalogue: what events there are, and which metrics are made of them.
//!
//! It is data, so that every reporter, the documentation, the dashboards and the tests that compare
//! them read the same tables: [`EVENTS`] and [`METRICS`].

mod bounds;
#[cfg(feature = "macros")]
mod custom;
#[cfg(feature = "macros")]
mod custom_metrics;
mod events;
mod metrics;
pub mod names;

pub use bounds::{Bounds, InvalidBounds};
#[cfg(feature = "macros")]
pub use custom::custom;
#[cfg(feature = "macros")]
pub use custom_metrics::custom_metrics;
#[cfg(feature = "prometheus")]
pub(crate) use events::operation_of;
pub use events::{Direction, EVENTS, EventDefinition};
pub use metrics::{Ended, METRICS, MetricDefinition, MetricKind, Tag, Unit};

#[cfg(test)]
mod tests;
