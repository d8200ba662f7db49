use std::fmt;
use std::task::{Context, Poll};

use buckets::Elapsed;
use tower_service::Service;

use super::{AttemptLimits, Limit, ResponseFuture};

/// A service whose attempts end in time; made by [`TimeoutLayer`](super::TimeoutLayer).
#[derive(Clone, Copy)]
pub struct Timeout<S, L = AttemptLimits> {
    inner: S,
    limits: L,
}

impl<S, L> Timeout<S, L> {
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
}

impl<S, R, L> Service<R> for Timeout<S, L>
where
    S: Service<R, Error: From<Elapsed>>,
    L: Limit<R, S::Response> + Clone,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future, L, R>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: R) -> Self::Future {
        let limit = self.limits.limit(&request);
        let upload = self.limits.watch_upload(&mut request);
        ResponseFuture::new(self.inner.call(request), self.limits.clone(), limit, upload)
    }
}

impl<S: fmt::Debug, L> fmt::Debug for Timeout<S, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timeout").field("inner", &self.inner).finish_non_exhaustive()
    }
}
