//! One `start` and exactly one end for every call of a service.
//!
//! ```
//! use buckets::adapter::Memory;
//! use buckets::testing::Capture;
//! use buckets::{Cloud, Key};
//! use buckets_tower::TelemetryLayer;
//!
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! let capture = Capture::new();
//! let cloud = Cloud::builder("uploads", Memory::new())
//!     .layer(TelemetryLayer::new())
//!     .dispatcher(capture.dispatcher())
//!     .build();
//!
//! let missing = Key::new("missing")?;
//! cloud.read(&missing).await.unwrap_err();
//!
//! assert_eq!(capture.names(), [
//!     "buckets.cloud.read.start",
//!     "buckets.adapter.get.start",
//!     "buckets.adapter.get.exception",
//!     "buckets.cloud.read.exception",
//! ]);
//! # Ok::<(), Box<dyn std::error::Error>>(()) })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # When events fire
//!
//! - `start` in `call`, before the service below is called. Readiness is passed through and told of nowhere:
//!   a call that waits for a permit has not begun. Put the layer above what makes it wait to see
//!   the waiting as a part of the operation.
//! - the end, `stop` or `exception`, when the future is ready. An answer with a body
//!   ([`Get`](buckets::operation::Get)) is not the end: the span goes with the body, and ends when
//!   its content was delivered whole, when it fails, or when it is dropped.
//!
//! What the service below reports is between the two, with this span as its parent: the span's id
//! is in the [`context`](buckets::operation::Request::context) that it gets. The parent of this
//! span is the one that was there before.
//!
//! | what happens | event | outcome |
//! |---|---|---|
//! | the service answers | `stop` | success |
//! | the service answers an error that is an [answer](buckets::operation::Expectation) | `exception` | expected, with its kind: no failure |
//! | the service answers an error, or the body fails | `exception` | error, with its kind |
//! | the future is dropped, polled or not; the body is dropped before its content was delivered | `exception` | cancelled |
//! | the service panics in `call` or in a poll, or the body does | `exception`, and the panic goes on | panic |
//!
//! A future that is dropped because something else panics is cancelled.
//!
//! # What events say
//!
//! `buckets.adapter.{put, get, head, delete, copy, list, url}`, or `buckets.adapter.` and the name
//! of an operation of the user's. Cloud and adapter come from the scope in the request's context,
//! and so does the dispatcher: requests outside of a [`Cloud`](buckets::Cloud) report to the global
//! one, without names. At the end: `duration`; `bytes` of a put (as stored, or when it fails what had been
//! read of a body that is not in memory), of a copy and of a body; `time_to_first_byte` of a body;
//! `attempts` where a layer below counts them.
//!
//! # Other services
//!
//! [`TelemetryLayer::of`] observes any `Service<R>`: it takes a closure that says what a request
//! is, and [`conclude`](TelemetryLayer::conclude) one that says how a result is to be taken. See there.
//!
//! # Costs
//!
//! No allocation, but one for a put whose body is not in memory, whose bytes are counted. With a handler
//! attached, two readings of the clock and two dispatches; without, one relaxed load. The future
//! is that of the service below with the span beside it; nothing is boxed or spawned.
//!
//! # Clones
//!
//! The layer keeps no state: clones of the service are as ready as clones of the service below,
//! and `call` uses the very service that `poll_ready` made ready.

mod as_error;
mod by_operation;
mod by_result;
mod conclude;
mod describe;
mod future;
mod layer;
mod point;
mod service;
mod silent;

pub use as_error::AsError;
pub use by_operation::ByOperation;
pub use by_result::ByResult;
pub use conclude::Conclude;
pub use describe::{Describe, Described, Description};
#[cfg(feature = "sentry")]
pub(crate) use future::Observed;
pub use future::ResponseFuture;
pub use layer::TelemetryLayer;
pub(crate) use point::point;
pub use service::Telemetry;
pub use silent::Silent;
