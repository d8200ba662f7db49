//! Tower layers for `buckets`, and for any other service.
//!
//! Each layer is generic over requests and answers, keeps the error type of the service it wraps,
//! adds no allocation, and says in its documentation what it does when a call fails, is dropped or
//! panics.

#[cfg(feature = "axum")]
pub mod axum;
mod builder_ext;
pub mod telemetry;
#[cfg(feature = "testing")]
pub mod testing;

pub use builder_ext::ServiceBuilderExt;
pub use telemetry::{Telemetry, TelemetryLayer};
