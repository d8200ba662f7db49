//! Which requests sampled sinks hear of, such as logs and traces: decided once, and carried on.
//!
//! ```
//! use std::time::Duration;
//!
//! use buckets::adapter::{Backend, Memory};
//! use buckets::telemetry::{RateLimit, Ratio, Sampler};
//! use buckets_tower::{SamplingLayer, TelemetryLayer};
//! use tower::ServiceBuilder;
//!
//! let sampler = Ratio::new(0.1).and_then(RateLimit::per_second(50.0)).keep_slow(Duration::from_secs(2));
//! let stack = ServiceBuilder::new()
//!     .layer(SamplingLayer::new(sampler))
//!     .layer(TelemetryLayer::new())
//!     .service(Backend::new(Memory::new()));
//! ```
//!
//! # What it does
//!
//! In `call`, and only while somebody listens: a request about which nobody has
//! [decided](buckets::telemetry::Sampling) is shown to the [`Sampler`](buckets::telemetry::Sampler), and carries its decision
//! from then on, in the [context](buckets::operation::Context::sampling). The spans below, their events
//! and all that is part of them have it. A request that was decided about, by the operation that it is
//! part of or by its caller, keeps that decision: so all of an operation is told, or nothing.
//!
//! What fails, is cancelled or is slow is told at its end whatever was decided; counters and histograms
//! are told of everything. Sinks that add up multiply with the [weight](buckets::telemetry::Event::weight).
//!
//! # Where to put it
//!
//! Above [`TelemetryLayer`](crate::TelemetryLayer): a span begins with what was decided before. The operations
//! of a [`Cloud`](buckets::Cloud) begin above every layer, so their sampler is that of the
//! [dispatcher](buckets::telemetry::Dispatcher::set_sampler), which decides for the whole program; with one, this layer finds every
//! request of a cloud decided. It is for stacks without a cloud, for a single stack, and for other services.
//!
//! # Cancel, clone, panic, costs
//!
//! The future is that of the service below; there is nothing to cancel. Readiness is passed through.
//! Clones share the sampler. A sampler that panics does so in `call`. Nothing is allocated.
//!
//! # Other services
//!
//! [`SamplingLayer::describing`] takes a [`Describe`](crate::telemetry::Describe) of your own, which finds an earlier decision in the
//! request ([`Sampling::of_traceparent`](buckets::telemetry::Sampling::of_traceparent) reads that of an HTTP client) and
//! [carries](crate::telemetry::Describe::carry) a new one.

mod layer;
mod service;

pub use layer::SamplingLayer;
pub use service::Sampled;
