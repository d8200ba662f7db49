//! Lines of a log, written to nowhere.

use std::time::Instant;

/// A subscriber that puts lines together and throws them away.
pub(crate) fn subscriber() -> tracing::Dispatch {
    tracing_subscriber::fmt().with_max_level(tracing::Level::DEBUG).with_writer(std::io::sink).finish().into()
}

/// A line with the fields that ours has.
pub(crate) fn line() {
    let duration = Instant::now().elapsed();
    tracing::debug!(
        event = "buckets.cloud.read.stop",
        operation = "read",
        adapter = "memory",
        cloud = "main",
        span_id = 7_u64,
        duration_ms = duration.as_secs_f64() * 1e3,
        status = "success",
        bytes = 4096_u64,
        "read succeeded"
    );
}
