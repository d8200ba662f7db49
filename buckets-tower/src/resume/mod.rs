//! Downloads that break off go on where they were.
//!
//! ```
//! use buckets::adapter::Memory;
//! use buckets::Cloud;
//! use buckets_tower::retry::RetryPolicy;
//! use buckets_tower::{ResumeLayer, RetryLayer, TelemetryLayer};
//!
//! let cloud = Cloud::builder("uploads", Memory::new())
//!     .layer(RetryLayer::default())
//!     .layer(ResumeLayer::new(RetryPolicy::new().max_attempts(4)))
//!     .layer(TelemetryLayer::new())
//!     .build();
//! ```
//!
//! # What it does
//!
//! When a body fails with an error that is [retryable](buckets::Error::is_retryable) and does not tell
//! that its content is bad, or ends before its length, the rest is asked for: from the first byte that its reader does not have, and only if
//! the object still has the [tag](buckets::operation::ObjectMeta::etag) it had (`If-Match`). The reader
//! notices a delay. The number of attempts, the waits, the time and the budget are those of a
//! [`RetryPolicy`](crate::retry::RetryPolicy), for each body; an attempt that fails before it gives a body counts as one.
//!
//! An object that was replaced meanwhile ends the body with [`Interrupted`](buckets::ErrorKind::Interrupted):
//! two halves of two objects are never joined. What else the body ends with in spite of all is the error
//! that it first failed with.
//!
//! Left alone are bodies in memory, and objects whose store gives no tag.
//!
//! # What events say
//!
//! `buckets.adapter.get.resume` within the operation, before the wait: the `attempt` that failed, its
//! `kind`, the `wait`, and the `offset` of the first byte that is asked for. The rest is asked for as part
//! of the same operation.
//!
//! # Where to put it
//!
//! Below telemetry and error tracking, which go with the body and tell of its end, and above
//! [`RetryLayer`](crate::RetryLayer), time limits and limits, which the rest passes through like
//! any other request.
//!
//! # Cancel, clone, panic, costs
//!
//! Dropping the body drops all that it waits for. A panic goes on. Readiness is passed through. A call
//! for something else than a `get`, or for content in memory, allocates nothing; a body that streams costs one allocation, and one more each time it goes on.

mod body;
mod future;
mod layer;
mod origin;
mod service;

pub use future::ResponseFuture;
pub use layer::ResumeLayer;
pub use service::Resume;
