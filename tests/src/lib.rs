//! Helpers of the tests of `buckets`: real servers, a real browser, measurements; and what makes the files
//! for monitoring.

pub mod components;
pub mod conservation;
#[cfg(doctest)]
mod guides;
pub mod monitoring;
pub mod payload;
pub mod random;
pub mod victim;
