//! Not too much at once, not too fast, and nothing to a store that is down.
//!
//! [`LimitLayer`] puts an [`Admission`] before each call:
//!
//! - [`Concurrency`]: so many at once. A call that answers with a body that streams goes on until the body ends.
//! - [`Rate`]: so many in a time, with bursts.
//! - [`CircuitBreaker`]: none for a while to a store that fails most of them.
//!
//! Each is a handle: its clones, and all services of layers made with them, share one limit. Clone it
//! into the stacks of several clouds and they share it; make one for each tenant and none takes
//! another's room.
//!
//! ```
//! use buckets::adapter::Memory;
//! use buckets::testing::Capture;
//! use buckets::{Cloud, Upload};
//! use buckets_tower::TelemetryLayer;
//! use buckets_tower::limit::{Concurrency, LimitLayer};
//! use futures_util::FutureExt;
//!
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! let capture = Capture::new();
//! let limit = Concurrency::new(1).max_waiting(0);
//! let cloud = Cloud::builder("uploads", Memory::new())
//!     .layer(LimitLayer::new(limit.clone()))
//!     .layer(TelemetryLayer::new())
//!     .dispatcher(capture.dispatcher())
//!     .build();
//!
//! let (_client, content) = tokio::io::duplex(64);
//! let mut slow = Box::pin(cloud.insert(Upload::from_reader("a.txt", content)));
//! assert!((&mut slow).now_or_never().is_none(), "nothing has come of the content");
//! let refused = cloud.insert(Upload::from_bytes("b.txt", "content")).await.unwrap_err();
//! assert_eq!(refused.kind(), buckets::ErrorKind::Overloaded);
//!
//! // Told of as part of the operation that was refused.
//! let told = capture.one("buckets.limit.refusal.concurrency");
//! assert_eq!(told.span_id, capture.named("buckets.adapter.put.start")[1].span_id);
//!
//! drop(slow);
//! assert_eq!(limit.in_use(), 0);
//! # Ok::<(), Box<dyn std::error::Error>>(()) })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`LoadShedLayer`] refuses what would have to wait for a layer of tower's below it.
//!
//! # When events fire
//!
//! All are points under the number of the operation in the request: what a telemetry layer above
//! has begun. `buckets.limit.queue.concurrency` when a call begins to wait, with the limit's `size` and
//! how many are `waiting`. `buckets.limit.wait.…` when a wait is over, with `wait` and whether it was `admitted`
//! (or its caller left). `buckets.limit.refusal.…` when a call is refused. `buckets.circuit.open`
//! and `buckets.circuit.close` with the call whose result opened or closed a circuit.
//!
//! # What becomes of a call
//!
//! - It is admitted in `call` where that is possible, else in its future: readiness is that of the
//!   service below, and a service that is ready and not used holds nothing.
//! - One that waits, waits in the order of arrival and holds the readiness of its service below. Dropped
//!   then, it makes room for the one behind it.
//! - One that is refused fails with [`Overloaded`](buckets::ErrorKind::Overloaded), and the service
//!   below is not called. The error says after what time it is worth to try again, where that is known.
//! - However one ends, by an answer, an error, a drop or a panic, what it held is given back.
//!
//! # Costs
//!
//! A call allocates nothing; a body that holds a permit costs one small allocation, two if it is in
//! memory. A clone of the service below is only made for calls that wait.

mod admission;
mod circuit;
mod concurrency;
mod future;
mod gate;
mod hold;
mod layer;
mod origin;
mod rate;
mod service;
mod shed;
mod window;

pub use admission::{Admission, Entry, Limited, Occupancy};
pub use circuit::{CircuitBreaker, CircuitPermit};
pub use concurrency::Concurrency;
pub use future::ResponseFuture;
pub use gate::{Permit, Turn};
pub use hold::{Hold, UntilAnswered, UntilBodyEnds};
pub use layer::LimitLayer;
pub use origin::Origin;
pub use rate::{Rate, RateTurn};
pub use service::Limit;
pub use shed::{LoadShed, LoadShedLayer};
