//! What tests of layers need: a service that tells when tower's contract is broken, and the rules.
//!
//! ```
//! use buckets_tower::TelemetryLayer;
//! use buckets_tower::testing::{Contract, assert_traits};
//! use tower::Layer;
//!
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! # async fn main() {
//! assert_traits(&TelemetryLayer::new());
//! Contract::of(|probe| TelemetryLayer::new().layer(probe)).check().await.assert_kept();
//! # }
//! ```
//!
//! [`Contract`] holds any stack to what tower asks of every middleware and this library of every
//! layer; [`Contract::RULES`] names the rules. It finds the faults that work until there is load:
//! a clone that is called though another was made ready, a permit that a dropped call takes with
//! it, a waker that is lost, an error that loses its kind, a body that is read ahead.
//!
//! [`Probe`] is the store at the bottom, and [`Script`] says what it does. Both serve tests of your
//! own: of what a layer does with errors, waits, panics and bodies that break off.
//!
//! [`ChaosLayer`] lets some of many calls go wrong, to see whether what is above stands it.

mod chaos;
mod contract;
mod probe;
mod report;
mod rules;
mod script;

pub use chaos::{Chaos, ChaosFuture, ChaosLayer, Fault};
pub use contract::{Contract, Measure, assert_traits};
pub use probe::{Probe, ProbeFuture};
pub use report::Report;
pub use script::{Answer, Readiness, Script};
