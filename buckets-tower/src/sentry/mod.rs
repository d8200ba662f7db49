//! Failures as events of Sentry, for a stack that is not a whole cloud's, and for any other service.
//!
//! What a report says, what is never in it and how many there are is told at
//! [`Sentry`](buckets::handlers::sentry::Sentry), which the layer reports through. Whoever holds a
//! [`Cloud`](buckets::Cloud) attaches that as a handler, and needs no layer: it is told of every
//! operation. The layer is for a store without a cloud, for one of several stores, and for services
//! that are no stores.
//!
//! ```
//! use buckets::adapter::{Backend, Memory};
//! use buckets::handlers::sentry::Sentry;
//! use buckets::operation::{Get, Request};
//! use buckets::{ErrorKind, Key};
//! use buckets_tower::sentry::SentryLayer;
//! use tower::{ServiceBuilder, ServiceExt};
//!
//! # let events = sentry_core::test::with_captured_events(|| {
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let store = ServiceBuilder::new()
//!     .layer(SentryLayer::new(Sentry::new()))
//!     // ... retries and what else is below
//!     .service(Backend::new(Memory::new()));
//!
//! let error = store.oneshot(Request::new(Get::new(Key::new("missing")?))).await.unwrap_err();
//! assert_eq!(error.kind(), ErrorKind::NotFound); // and a warning in Sentry, of the type `not_found`
//! # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap() });
//! # assert_eq!(events.len(), 1);
//! # assert_eq!(events[0].exception[0].ty, "not_found");
//! ```
//!
//! # Where to put it
//!
//! Outside of what retries, so that a failure is what finally failed, and outside of what limits
//! time, because to what is inside a call that ran out of time was cancelled. Inside of what an
//! answer is made good by, such as a fallback to another store, if its failures are to be known.
//! Inside or outside of the telemetry layer: operations that a handler of the same
//! [`Sentry`](buckets::handlers::sentry::Sentry) is also told of are reported once.
//!
//! Its hub is the one that is current when the call ends, and for a body the one that was when the
//! call began; a call that begins where no client is bound to the hub is not followed at all. So it works below `sentry-tower`'s layers, and without them, as any other use of Sentry.
//!
//! # When it reports
//!
//! | what happens | reported |
//! |---|---|
//! | the service answers | nothing |
//! | the service answers an error that is an [answer](buckets::operation::Expectation) | nothing |
//! | the service answers another error | when the future is ready |
//! | the body of an answer fails | when it does |
//! | the future or the body is dropped | nothing |
//! | the service or the body panics | nothing unless [asked for](buckets::handlers::sentry::SentryBuilder::panics): Sentry's own hook does |
//!
//! How often a call was tried is told if what retries says so. For a breadcrumb of each attempt,
//! attach the same [`Sentry`](buckets::handlers::sentry::Sentry) to the dispatcher that they are told to.
//!
//! # Costs
//!
//! While no client is bound to the hub, a look at the hub. Else two readings of the clock for a call. No allocation, but one for the body of an answer that
//! somebody else follows already, and one for a put whose body is not in memory, whose bytes are
//! counted, unless they are counted already. Readiness is passed through, and clones are as ready as clones of
//! the service below: `call` uses the very service that `poll_ready` made ready.

mod layer;
mod service;

pub use layer::SentryLayer;
pub use service::Reported;
