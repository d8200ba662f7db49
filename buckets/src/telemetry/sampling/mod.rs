//! Which operations sampled sinks hear of, such as logs and traces.

mod decision;

pub use decision::Sampling;
