use buckets::Key;
#[cfg(feature = "sentry")]
use buckets::handlers::sentry::Sentry;
use buckets::telemetry::Sampler;
use tower::ServiceBuilder;
use tower::layer::util::Stack;

#[cfg(feature = "cost")]
use crate::CostLayer;
#[cfg(feature = "sentry")]
use crate::SentryLayer;
use crate::limit::{LimitLayer, LoadShedLayer};
use crate::resume::ResumeLayer;
use crate::retry::{RetryLayer, RetryPolicy};
use crate::sampling::SamplingLayer;
use crate::{
    DeadlineLayer, PrefixLayer, ReadOnlyLayer, StackLayer, TelemetryLayer, TimeLimits, TimeoutLayer, ValidateLayer,
};

/// The layers of this crate as methods of tower's [`ServiceBuilder`].
///
/// ```
/// use buckets::Cloud;
/// use buckets::adapter::{Backend, Memory};
/// use buckets_tower::{Concurrency, ServiceBuilderExt};
/// use tower::ServiceBuilder;
///
/// let stack = ServiceBuilder::new().telemetry().limit(Concurrency::new(8)).service(Backend::new(Memory::new()));
/// let cloud = Cloud::over("uploads", "memory", stack).build();
/// ```
pub trait ServiceBuilderExt<L>: sealed::Sealed + Sized {
    /// A whole stack in a tested order; see [`stack`](crate::stack).
    fn storage_stack(self, stack: StackLayer) -> ServiceBuilder<Stack<StackLayer, L>>;

    /// Reports each operation; see [`telemetry`](crate::telemetry).
    fn telemetry(self) -> ServiceBuilder<Stack<TelemetryLayer, L>>;

    /// Reports failures through `sentry`; see [`sentry`](crate::sentry).
    #[cfg(feature = "sentry")]
    fn sentry(self, sentry: Sentry) -> ServiceBuilder<Stack<SentryLayer, L>>;

    /// Decides which operations are told to logs and traces; see [`sampling`](crate::sampling).
    fn sample(self, sampler: impl Sampler) -> ServiceBuilder<Stack<SamplingLayer, L>>;

    /// Limits the time of whole operations; see [`deadline`](crate::deadline).
    fn deadline(self, limits: impl Into<TimeLimits>) -> ServiceBuilder<Stack<DeadlineLayer, L>>;

    /// Goes on with downloads that break off; see [`resume`](crate::resume).
    fn resume(self, policy: RetryPolicy) -> ServiceBuilder<Stack<ResumeLayer, L>>;

    /// Tries failed operations again; see [`retry`](crate::retry). It has this name because
    /// `ServiceBuilder::retry` is that of tower.
    fn retry_operations(self, policy: RetryPolicy) -> ServiceBuilder<Stack<RetryLayer, L>>;

    /// Limits the time of each attempt; see [`timeout`](crate::timeout). For content that does not
    /// move add a [`TimeoutLayer`] with [`idle`](TimeoutLayer::idle) by `layer`.
    fn attempt_timeout(self, limits: impl Into<TimeLimits>) -> ServiceBuilder<Stack<TimeoutLayer, L>>;

    /// Lets through what `admission` admits, such as a [`Concurrency`](crate::limit::Concurrency), a
    /// [`Rate`](crate::limit::Rate) or a [`CircuitBreaker`](crate::limit::CircuitBreaker); see
    /// [`limit`](crate::limit).
    fn limit<A>(self, admission: A) -> ServiceBuilder<Stack<LimitLayer<A>, L>>;

    /// Takes note of what each attempt costs, and keeps to a budget; see [`cost`](crate::cost). Next to the
    /// store, so the last one.
    #[cfg(feature = "cost")]
    fn cost(self, cost: CostLayer) -> ServiceBuilder<Stack<CostLayer, L>>;

    /// Refuses what would have to wait; tower's own `load_shed` erases the error type. See
    /// [`LoadShedLayer`].
    fn shed_load(self) -> ServiceBuilder<Stack<LoadShedLayer, L>>;

    /// Refuses all that could change the store; see [`ReadOnlyLayer`].
    fn read_only(self) -> ServiceBuilder<Stack<ReadOnlyLayer, L>>;

    /// Keeps all keys below `base`; see [`prefix`](crate::prefix).
    fn prefix(self, base: Key) -> ServiceBuilder<Stack<PrefixLayer, L>>;

    /// Refuses content that `rules` do not allow; see [`validate`](crate::validate).
    fn validate(self, rules: ValidateLayer) -> ServiceBuilder<Stack<ValidateLayer, L>>;
}

impl<L> ServiceBuilderExt<L> for ServiceBuilder<L> {
    fn storage_stack(self, stack: StackLayer) -> ServiceBuilder<Stack<StackLayer, L>> {
        self.layer(stack)
    }

    fn telemetry(self) -> ServiceBuilder<Stack<TelemetryLayer, L>> {
        self.layer(TelemetryLayer::new())
    }

    #[cfg(feature = "sentry")]
    fn sentry(self, sentry: Sentry) -> ServiceBuilder<Stack<SentryLayer, L>> {
        self.layer(SentryLayer::new(sentry))
    }

    fn sample(self, sampler: impl Sampler) -> ServiceBuilder<Stack<SamplingLayer, L>> {
        self.layer(SamplingLayer::new(sampler))
    }

    fn deadline(self, limits: impl Into<TimeLimits>) -> ServiceBuilder<Stack<DeadlineLayer, L>> {
        self.layer(DeadlineLayer::new(limits))
    }

    fn resume(self, policy: RetryPolicy) -> ServiceBuilder<Stack<ResumeLayer, L>> {
        self.layer(ResumeLayer::new(policy))
    }

    fn retry_operations(self, policy: RetryPolicy) -> ServiceBuilder<Stack<RetryLayer, L>> {
        self.layer(RetryLayer::new(policy))
    }

    fn attempt_timeout(self, limits: impl Into<TimeLimits>) -> ServiceBuilder<Stack<TimeoutLayer, L>> {
        self.layer(TimeoutLayer::new(limits))
    }

    fn limit<A>(self, admission: A) -> ServiceBuilder<Stack<LimitLayer<A>, L>> {
        self.layer(LimitLayer::new(admission))
    }

    #[cfg(feature = "cost")]
    fn cost(self, cost: CostLayer) -> ServiceBuilder<Stack<CostLayer, L>> {
        self.layer(cost)
    }

    fn shed_load(self) -> ServiceBuilder<Stack<LoadShedLayer, L>> {
        self.layer(LoadShedLayer::new())
    }

    fn read_only(self) -> ServiceBuilder<Stack<ReadOnlyLayer, L>> {
        self.layer(ReadOnlyLayer::new())
    }

    fn prefix(self, base: Key) -> ServiceBuilder<Stack<PrefixLayer, L>> {
        self.layer(PrefixLayer::new(base))
    }

    fn validate(self, rules: ValidateLayer) -> ServiceBuilder<Stack<ValidateLayer, L>> {
        self.layer(rules)
    }
}

mod sealed {
    pub trait Sealed {}

    impl<L> Sealed for tower::ServiceBuilder<L> {}
}
