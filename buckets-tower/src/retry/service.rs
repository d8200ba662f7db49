use std::fmt;
use std::task::{Context, Poll};

use tower_service::Service;

use super::session::{Session, Shared};
use super::{Again, ByError, ResponseFuture};
use crate::telemetry::{ByOperation, Describe};

/// A service whose failed calls are tried again; made by [`RetryLayer`](super::RetryLayer).
#[derive(Clone)]
pub struct Retry<S, A = ByError, D = ByOperation> {
    inner: S,
    shared: Shared,
    again: A,
    describe: D,
}

impl<S, A, D> Retry<S, A, D> {
    pub(super) const fn new(inner: S, shared: Shared, again: A, describe: D) -> Self {
        Self { inner, shared, again, describe }
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

impl<S, R, A, D> Service<R> for Retry<S, A, D>
where
    S: Service<R> + Clone,
    A: Again<R, S::Response, S::Error> + Clone,
    D: Describe<R> + Clone,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = ResponseFuture<S, R, A, D>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: R) -> Self::Future {
        self.again.enter(&mut request, 1);
        let copy = self.again.again(&request);
        // The first attempt has the service that was made ready; the clone makes itself ready for others.
        let first = self.inner.call(request);
        let (service, session) = (self.inner.clone(), Session::new(&self.shared));
        ResponseFuture::new(first, copy, service, session, self.again.clone(), self.describe.clone())
    }
}

impl<S: fmt::Debug, A, D> fmt::Debug for Retry<S, A, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Retry")
            .field("inner", &self.inner)
            .field("policy", self.shared.policy())
            .finish_non_exhaustive()
    }
}
