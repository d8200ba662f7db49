//! What users are promised. Whoever promises something else changes it here, and makes the files anew.

/// The share of operations that do not fail.
pub const AVAILABILITY: f64 = 0.999;

/// The time over which that holds, as Prometheus writes it.
pub const WINDOW: &str = "30d";

/// The share of successful operations that take no longer than [`FAST`].
pub const FAST_SHARE: f64 = 0.99;

/// The bound of a bucket of the durations, in seconds.
pub const FAST: f64 = 1.0;
