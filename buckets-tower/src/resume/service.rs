use std::fmt;
use std::task::{Context, Poll};

use buckets::BoxError;
use buckets::operation::{Op, Request, Response};
use tower_service::Service;

use super::ResponseFuture;
use super::origin::Origin;
use crate::retry::Shared;

/// A service whose downloads go on; made by [`ResumeLayer`](super::ResumeLayer).
#[derive(Clone)]
pub struct Resume<S> {
    inner: S,
    shared: Shared,
}

impl<S> Resume<S> {
    pub(super) const fn new(inner: S, shared: Shared) -> Self {
        Self { inner, shared }
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

impl<S> Service<Request> for Resume<S>
where
    S: Service<Request, Response = Response, Error: Into<BoxError>, Future: Send> + Clone + Send + 'static,
{
    type Response = Response;
    type Error = S::Error;
    type Future = ResponseFuture<S>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        // Of a get there is always a copy.
        let copy = matches!(request.op, Op::Get(_)).then(|| request.try_clone()).flatten();
        let inner = self.inner.call(request);
        // The clone makes itself ready when it is needed.
        let origin = copy.map(|request| Origin::new(self.inner.clone(), request, &self.shared));
        ResponseFuture::new(inner, origin)
    }
}

impl<S: fmt::Debug> fmt::Debug for Resume<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resume")
            .field("inner", &self.inner)
            .field("policy", self.shared.policy())
            .finish_non_exhaustive()
    }
}
