//! Helpers of the tests of `buckets`: real servers, a real browser, measurements.

pub mod components;
pub mod conservation;
#[cfg(doctest)]
mod guides;
pub mod payload;
pub mod random;
pub mod victim;
