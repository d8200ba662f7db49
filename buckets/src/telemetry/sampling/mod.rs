//! Which operations sampled sinks hear of, such as logs and traces.
//!
//! A [`Sampler`] decides once, when the first of several operations that are part of each other
//! begins; the others inherit the [`Sampling`], and so does every event of theirs. What failed, was
//! cancelled or took long is told at its end whatever was decided. Counters and histograms do not
//! ask, so they stay exact; sinks that add up what they are told multiply with the
//! [weight](crate::telemetry::Event::weight).

mod adaptive;
mod combine;
mod decision;
mod draw;
mod rate_limit;
mod ratio;
mod sampler;
mod traceparent;

pub use adaptive::Adaptive;
pub use combine::{AndThen, KeepSlow};
pub use decision::Sampling;
pub use rate_limit::RateLimit;
pub use ratio::Ratio;
pub use sampler::{Candidate, Sampler};

#[cfg(test)]
mod tests;
