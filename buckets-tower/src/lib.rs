//! Tower layers for `buckets`, and for any other service.
//!
//! Each layer is generic over requests and answers, keeps the error type of the service it wraps,
//! adds no allocation, and says in its documentation what it does when a call fails, is dropped or
//! panics.

#[cfg(feature = "axum")]
pub mod axum;
mod builder_ext;
#[cfg(feature = "cost")]
pub mod cost;
pub mod deadline;
pub mod limit;
pub mod prefix;
mod read_only;
mod refusable;
pub mod resume;
pub mod retry;
pub mod sampling;
#[cfg(feature = "sentry")]
pub mod sentry;
pub mod stack;
pub mod telemetry;
#[cfg(feature = "testing")]
pub mod testing;
mod time_limits;
pub mod timeout;
pub mod validate;

pub use builder_ext::ServiceBuilderExt;
#[cfg(feature = "cost")]
pub use cost::CostLayer;
pub use deadline::{Deadline, DeadlineLayer};
pub use limit::{CircuitBreaker, Concurrency, LimitLayer, LoadShedLayer, Rate};
pub use prefix::PrefixLayer;
pub use read_only::{ReadOnly, ReadOnlyLayer};
pub use refusable::Refusable;
pub use resume::{Resume, ResumeLayer};
pub use retry::{Retry, RetryLayer};
pub use sampling::{Sampled, SamplingLayer};
#[cfg(feature = "sentry")]
pub use sentry::SentryLayer;
pub use stack::StackLayer;
pub use telemetry::{Telemetry, TelemetryLayer};
pub use time_limits::{TimeLimit, TimeLimits};
pub use timeout::{Timeout, TimeoutLayer};
pub use validate::ValidateLayer;
