//! A stack whose order is right: what most applications want around a store that is somewhere else.
//!
//! ```
//! use std::time::Duration;
//!
//! use buckets::Cloud;
//! use buckets::adapter::Memory;
//! use buckets_tower::retry::RetryPolicy;
//! use buckets_tower::{Concurrency, StackLayer};
//!
//! let cloud = Cloud::builder("uploads", Memory::new())
//!     .layer(
//!         StackLayer::new()
//!             .deadline(Duration::from_secs(30))
//!             .retry(RetryPolicy::new().max_attempts(3))
//!             .concurrency(Concurrency::new(16)),
//!     )
//!     .build();
//! ```
//!
//! # The order, and why
//!
//! From the outermost to the store:
//!
//! | layer | why here |
//! |---|---|
//! | [`TelemetryLayer`] | tells of one operation, whatever it took, and of how it ended for its caller; what is below reports under its number |
//! | [`DeadlineLayer`] | bounds everything a caller waits for: queues, attempts, the waiting between them |
//! | [`ResumeLayer`] | goes on with a download as part of the same operation, through all that is below |
//! | [`RetryLayer`] | above what belongs to one attempt |
//! | [`CircuitBreaker`] | sees every attempt, and refuses one before it queues |
//! | [`Concurrency`] | below the waiting between attempts, so that who waits holds no room |
//! | [`TimeoutLayer`] | below the queue, the waiting in which is not the store's fault |
//!
//! The guide on layers has what happens in other orders. What checks or changes requests, such as
//! [`ValidateLayer`](crate::ValidateLayer), [`PrefixLayer`](crate::PrefixLayer) and
//! [`ReadOnlyLayer`](crate::ReadOnlyLayer), goes above: what it refuses is then refused at once and
//! told of by the cloud. Reports to Sentry and sampling are for handlers and the dispatcher of a
//! cloud.
//!
//! Clones of the layer share the concurrency limit and the circuit; each stack has a retry budget
//! of its own. Cancelling, panics and costs are those of the parts.

use std::time::Duration;

use buckets::operation::OperationKind;
use tower_layer::Layer;

use crate::limit::Limit;
use crate::retry::{Retry, RetryPolicy};
use crate::{
    CircuitBreaker, Concurrency, Deadline, DeadlineLayer, LimitLayer, Resume, ResumeLayer, RetryLayer, Telemetry,
    TelemetryLayer, TimeLimit, TimeLimits, Timeout, TimeoutLayer,
};

/// Puts a whole stack around a store; the [module](self) says what and in which order.
#[derive(Clone, Debug)]
pub struct StackLayer {
    deadline: TimeLimits,
    retry: RetryPolicy,
    circuit: CircuitBreaker,
    concurrency: Concurrency,
    attempt: TimeLimits,
    idle: Duration,
}

/// The speed below which an upload of known size is too slow, in bytes per second.
const SLOWEST: u64 = 128 * 1024;

impl StackLayer {
    /// The defaults: 60 seconds for an operation and 15 for an attempt, for uploads so much longer as
    /// they take at 128 KiB a second; 20 seconds for content that does not move;
    /// [four attempts](RetryPolicy::new); [64](Concurrency) operations at once; the circuit of
    /// [`CircuitBreaker::new`].
    pub fn new() -> Self {
        let limits =
            |base| TimeLimits::new(base).on(OperationKind::Put, TimeLimit::new(base).at_least_per_second(SLOWEST));
        Self {
            deadline: limits(Duration::from_secs(60)),
            retry: RetryPolicy::new(),
            circuit: CircuitBreaker::new(),
            concurrency: Concurrency::new(64),
            attempt: limits(Duration::from_secs(15)),
            idle: Duration::from_secs(20),
        }
    }

    /// Sets how long whole operations may take.
    pub fn deadline(mut self, limits: impl Into<TimeLimits>) -> Self {
        self.deadline = limits.into();
        self
    }

    /// Sets how failed calls are tried again, and downloads resumed.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Sets when a store is taken for down.
    pub fn circuit(mut self, circuit: CircuitBreaker) -> Self {
        self.circuit = circuit;
        self
    }

    /// Sets how many operations go on at once.
    pub fn concurrency(mut self, limit: Concurrency) -> Self {
        self.concurrency = limit;
        self
    }

    /// Sets how long each attempt may take.
    pub fn attempt(mut self, limits: impl Into<TimeLimits>) -> Self {
        self.attempt = limits.into();
        self
    }

    /// Sets how long content may stand still on its way.
    pub fn idle(mut self, time: Duration) -> Self {
        self.idle = time;
        self
    }
}

impl Default for StackLayer {
    fn default() -> Self {
        Self::new()
    }
}

impl<S: Clone> Layer<S> for StackLayer {
    #[allow(clippy::type_complexity, reason = "the order of the stack, for all to read")]
    type Service = Telemetry<Deadline<Resume<Retry<Limit<Limit<Timeout<S>, Concurrency>, CircuitBreaker>>>>>;

    fn layer(&self, store: S) -> Self::Service {
        let store = TimeoutLayer::new(self.attempt.clone()).idle(self.idle).layer(store);
        let store = LimitLayer::new(self.concurrency.clone()).layer(store);
        let store = LimitLayer::new(self.circuit.clone()).layer(store);
        // Calls and the bodies they answer with draw on one budget.
        let budget = self.retry.budget.clone().unwrap_or_default();
        let retry = self.retry.clone().budget(budget);
        let store = RetryLayer::new(retry.clone()).layer(store);
        let store = ResumeLayer::new(retry).layer(store);
        let store = DeadlineLayer::new(self.deadline.clone()).layer(store);
        TelemetryLayer::new().layer(store)
    }
}
