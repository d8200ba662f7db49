//! The `#[instrumented]` attribute of `buckets`.
