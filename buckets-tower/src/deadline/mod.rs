//! One time limit for a whole operation: waiting, every attempt, and the waiting between them.
//!
//! ```
//! use std::time::Duration;
//!
//! use buckets::adapter::{Backend, Memory};
//! use buckets_tower::DeadlineLayer;
//! use tower::ServiceBuilder;
//!
//! let stack = ServiceBuilder::new()
//!     .layer(DeadlineLayer::new(Duration::from_secs(30)))
//!     .concurrency_limit(8)
//!     .service(Backend::new(Memory::new()));
//! ```
//!
//! # Where to put it
//!
//! Outermost, or just below telemetry so that the operation's events say what ran out: above
//! whatever waits. A time limit that is passed on by readiness, as tower's own is, does not see the
//! time for which a call waits for a permit; this layer does that waiting itself. It is always
//! ready, and makes a clone of the service below ready within the call.
//!
//! # What it does
//!
//! - In `call` the moment is settled: now and the limit, or the moment in the request's
//!   [context](buckets::operation::Context::deadline) where that is earlier. It is written there, so
//!   that what is below neither begins nor waits for what cannot be done in time.
//! - When it has come, the call is dropped and the answer is [`Elapsed`](buckets::Elapsed) of the
//!   [`Operation`](buckets::TimeoutClock::Operation) clock. A request that comes too late is not passed on.
//! - The clock stops when the answer is there. A body that is then still on its way, which its
//!   reader may take as long over as they please, is watched by
//!   [`TimeoutLayer::idle`](crate::TimeoutLayer::idle).
//!
//! Dropping the future drops the call; a panic goes on. Clones keep no readiness. Nothing is
//! allocated; the clock is read once for a call, and a timer is set only for one that waits.
//!
//! # Other services
//!
//! [`DeadlineLayer::of`] takes a function from a request to its limit. The error of the service
//! below must be [`From`] [`Elapsed`](buckets::Elapsed), as [`buckets::Error`] and boxed errors are.

mod expire;
mod future;
mod layer;
mod service;

pub use expire::Expire;
pub use future::ResponseFuture;
pub use layer::DeadlineLayer;
pub use service::Deadline;
