use std::fmt;
use std::task::{Context, Poll};

use buckets::{Elapsed, TimeoutClock};
use tokio::time::Instant;
use tower::ServiceExt;
use tower_service::Service;

use super::future::Limit;
use super::{Expire, ResponseFuture};
use crate::TimeLimits;

/// A service whose calls end in time; made by [`DeadlineLayer`](super::DeadlineLayer).
#[derive(Clone, Copy)]
pub struct Deadline<S, L = TimeLimits> {
    inner: S,
    limits: L,
}

impl<S, L> Deadline<S, L> {
    pub(super) const fn new(inner: S, limits: L) -> Self {
        Self { inner, limits }
    }

    /// The service below.
    pub const fn get_ref(&self) -> &S {
        &self.inner
    }

    /// The service below.
    pub const fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// The service below.
    pub fn into_inner(self) -> S {
        self.inner
    }

    /// When `request` must be over, and what to say then.
    fn limit<R>(&self, request: &R, now: Instant) -> Option<Limit>
    where
        L: Expire<R>,
    {
        let own = self.limits.limit(request).and_then(|limit| now.checked_add(limit));
        let inherited = self.limits.deadline(request).map(Instant::from_std);
        let at = own.into_iter().chain(inherited).min()?;
        let after = at.saturating_duration_since(now);
        Some(Limit { at, elapsed: Elapsed::new(TimeoutClock::Operation, after) })
    }
}

impl<S, R, L> Service<R> for Deadline<S, L>
where
    S: Service<R, Error: From<Elapsed>> + Clone,
    L: Expire<R>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = ResponseFuture<S, R>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        // What is below is made ready within the call, where the clock runs.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: R) -> Self::Future {
        let now = Instant::now();
        let limit = self.limit(&request, now);
        if let Some(limit) = &limit {
            if limit.at <= now {
                return ResponseFuture::too_late(limit.elapsed);
            }
            self.limits.tell(&mut request, limit.at.into_std());
        }
        ResponseFuture::new(self.inner.clone().oneshot(request), limit)
    }
}

impl<S: fmt::Debug, L> fmt::Debug for Deadline<S, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deadline").field("inner", &self.inner).finish_non_exhaustive()
    }
}
