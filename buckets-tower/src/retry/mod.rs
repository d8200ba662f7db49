//! Failed calls are tried again, where that helps and does no harm.
//!
//! ```
//! use buckets::adapter::Memory;
//! use buckets::Cloud;
//! use buckets_tower::retry::RetryPolicy;
//! use buckets_tower::{RetryLayer, TelemetryLayer};
//!
//! let cloud = Cloud::builder("uploads", Memory::new())
//!     .layer(RetryLayer::new(RetryPolicy::new().max_attempts(3)))
//!     .layer(TelemetryLayer::new())
//!     .build();
//! ```
//!
//! # What is tried again
//!
//! What the error calls [retryable](buckets::Error::is_retryable), and only requests that can be
//! repeated without harm; [`ByError`] says which. A put that must not be done twice and may have
//! been done is looked for instead of repeated.
//!
//! # When
//!
//! After the time that the store [asked for](buckets::Error::retry_after), or a random one that grows
//! ([`Backoff`]); never if there is no time for it, by the [policy](RetryPolicy::max_elapsed) or the
//! request's [deadline](buckets::operation::Context::deadline), and never beyond the [`Budget`].
//! Clones of a service share a budget, and so do the tenants of one cloud; two stacks, and so two
//! clouds, have one each unless the policy [says otherwise](RetryPolicy::budget).
//!
//! # What events say
//!
//! Point events within the operation that the request is part of, below its name:
//!
//! | event | when | says |
//! |---|---|---|
//! | `buckets.adapter.{operation}.retry` | before the wait for another attempt | `attempt` that failed, its `kind`, the `wait`, what is sent `next`: the `attempt` again or a `check` whether it was done |
//! | `buckets.adapter.{operation}.give_up` | when a failure that may pass is not tried again | `attempt`, `kind`, and the `reason`: `attempts`, `elapsed`, `deadline` or `budget` |
//!
//! The answer and the error say how many attempts there were ([`Response::attempts`](buckets::operation::Response::attempts),
//! [`Error::attempts`](buckets::Error::attempts)), and with them the event that ends the operation. The request says
//! which attempt it is ([`Context::attempt`](buckets::operation::Context::attempt)).
//!
//! # Where to put it
//!
//! Below telemetry, error tracking and the deadline of the whole operation, so that each tells of one
//! operation and not of each attempt; above limits that a wait must not hold and above the time limit
//! of each attempt. Two layers of this kind multiply. A body that fails behind its head is no
//! failed call: that is for [`ResumeLayer`](crate::ResumeLayer).
//!
//! # Cancel, clone, panic, costs
//!
//! Dropping the future drops the attempt or the wait, and gives back to the budget what it took. A
//! panic goes on. Readiness is passed through; later attempts make a clone of the service below ready.
//! Nothing is allocated, but for a put that is in doubt; each call clones the request and the service below, whether it is tried
//! again or not, which for content that came as a `Vec` is one allocation, the first time.

mod again;
mod backoff;
mod budget;
mod by_error;
mod future;
mod layer;
mod policy;
mod report;
mod service;
mod session;

pub use again::{Again, Failure, Finding, Verdict};
pub use backoff::Backoff;
pub use budget::Budget;
pub use by_error::ByError;
pub use future::ResponseFuture;
pub use layer::RetryLayer;
pub use policy::RetryPolicy;
pub(crate) use report::resumed;
pub use service::Retry;
pub(crate) use session::{Refusal, Session, Shared};
