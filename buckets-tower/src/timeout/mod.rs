//! Time limits for each attempt, and for content that does not move.
//!
//! ```
//! use std::time::Duration;
//!
//! use buckets::adapter::{Backend, Memory};
//! use buckets::operation::OperationKind;
//! use buckets_tower::{TimeLimit, TimeLimits, TimeoutLayer};
//! use tower::ServiceBuilder;
//!
//! let limits = TimeLimits::new(Duration::from_secs(10))
//!     .on(OperationKind::Put, TimeLimit::new(Duration::from_secs(30)).at_least_per_second(256 << 10));
//! let stack = ServiceBuilder::new()
//!     .layer(TimeoutLayer::new(limits).idle(Duration::from_secs(20)))
//!     .service(Backend::new(Memory::new()));
//! ```
//!
//! # Two clocks
//!
//! | clock | runs | when it runs out |
//! |---|---|---|
//! | [`Attempt`](buckets::TimeoutClock::Attempt) | from the call to the answer, but not while an upload is watched by the other clock | the call is dropped |
//! | [`Idle`](buckets::TimeoutClock::Idle), if [set](TimeoutLayer::idle) | while content streams to or from the store and no byte of it moves | the call is dropped, or the body fails |
//!
//! Each time the error is [`Elapsed`](buckets::Elapsed): it says which clock it was and after how
//! long, and is [retryable](buckets::Error::is_retryable). The third clock, that of the whole
//! operation, is [`DeadlineLayer`](crate::DeadlineLayer)'s.
//!
//! A slow but moving upload is not killed: where the idle clock is set it takes the attempt clock's
//! place for as long as a streamed body is on its way, and the attempt clock begins when the body
//! has been taken. Content in memory tells of no motion; give [`TimeLimit`](crate::TimeLimit) a
//! lowest speed for that. Of a download the idle clock runs while its reader waits, not while the
//! reader is busy elsewhere.
//!
//! # Where to put it
//!
//! Below retries, so that each attempt has its own time, and below limits
//! and queues, the waiting for which is not the store's fault. Above retries the attempt clock
//! would count all of them together.
//!
//! # Cancel, clone, panic, costs
//!
//! Dropping the future drops the call and the timer; a panic goes on. Readiness is passed
//! through; clones are as ready as clones of the service below. Nothing is allocated for content
//! in memory; with the idle clock, a streamed upload costs two allocations and a streamed download
//! one. A timer is set, and the clock read, only for a call that waits.
//!
//! # Other services
//!
//! [`TimeoutLayer::of`] takes a function from a request to its limit; [`Limit`] is for bodies
//! of your own, with [`IdleBody`] for downloads. The error of the service below must be [`From`]
//! [`Elapsed`](buckets::Elapsed), as [`buckets::Error`] and boxed errors are.

mod future;
mod idle_body;
mod layer;
mod limit;
mod service;
mod upload;

pub use future::ResponseFuture;
pub use idle_body::IdleBody;
pub use layer::TimeoutLayer;
pub use limit::{AttemptLimits, Limit};
pub use service::Timeout;
pub use upload::Upload;
