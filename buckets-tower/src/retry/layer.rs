use std::fmt;

use tower_layer::Layer;

use super::session::Shared;
use super::{ByError, Retry, RetryPolicy, Verdict};
use crate::telemetry::{ByOperation, Silent};

/// Tries failed calls again; the [module](super) says which and when.
///
/// `A` says what can be [tried again](super::Again), `D` what a request [is](crate::telemetry::Describe),
/// for events.
#[derive(Clone)]
pub struct RetryLayer<A = ByError, D = ByOperation> {
    policy: RetryPolicy,
    again: A,
    describe: D,
}

impl RetryLayer {
    /// Tries the operations of this library again.
    pub const fn new(policy: RetryPolicy) -> Self {
        Self { policy, again: ByError, describe: ByOperation }
    }
}

impl<A> RetryLayer<A, Silent> {
    /// Tries the calls of any service again that `judge` says so of.
    ///
    /// ```
    /// use buckets::ErrorKind;
    /// use buckets_tower::RetryLayer;
    /// use buckets_tower::retry::{Failure, RetryPolicy, Verdict};
    /// use std::time::SystemTime;
    ///
    /// type Request = http::Request<String>;
    /// type Answer = Result<http::Response<String>, std::io::Error>;
    ///
    /// let layer = RetryLayer::of(RetryPolicy::new(), |request: &Request, result: &Answer| match result {
    ///     Ok(response) if response.status() == 503 && request.method().is_idempotent() => {
    ///         let after = buckets::adapter::retry_after(response.headers(), SystemTime::now());
    ///         Verdict::Retry(Failure::new(ErrorKind::Unavailable).after(after))
    ///     }
    ///     Err(_) if request.method().is_idempotent() => Verdict::Retry(Failure::new(ErrorKind::Connect)),
    ///     _ => Verdict::Final,
    /// });
    /// ```
    pub const fn of<R, T, E>(policy: RetryPolicy, judge: A) -> Self
    where
        A: Fn(&R, &Result<T, E>) -> Verdict,
    {
        Self { policy, again: judge, describe: Silent }
    }

    /// Tries calls again by an [`Again`](super::Again) of your own.
    pub const fn judging(policy: RetryPolicy, again: A) -> Self {
        Self { policy, again, describe: Silent }
    }
}

impl<A, D> RetryLayer<A, D> {
    /// Reports retries as events of what `describe` says a request is.
    pub fn describing<New>(self, describe: New) -> RetryLayer<A, New> {
        RetryLayer { policy: self.policy, again: self.again, describe }
    }
}

impl Default for RetryLayer {
    fn default() -> Self {
        Self::new(RetryPolicy::new())
    }
}

impl<S, A: Clone, D: Clone> Layer<S> for RetryLayer<A, D> {
    type Service = Retry<S, A, D>;

    /// The service and its clones share one budget, unless the policy has one; another service made
    /// by this layer has another.
    fn layer(&self, inner: S) -> Self::Service {
        Retry::new(inner, Shared::new(&self.policy), self.again.clone(), self.describe.clone())
    }
}

impl<A, D> fmt::Debug for RetryLayer<A, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RetryLayer").field("policy", &self.policy).finish_non_exhaustive()
    }
}
