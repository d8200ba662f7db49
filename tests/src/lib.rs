//! Helpers of the tests of `buckets`: real servers, a real browser, measurements.

pub mod components;
#[cfg(doctest)]
mod guides;
