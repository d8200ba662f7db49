use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};

use buckets::Error;
use buckets::operation::{Request, Response};
use tower_service::Service;

use super::ResponseFuture;
use super::attempt::Payer;
use crate::telemetry::AsError;

/// A store whose attempts are paid for; made by [`CostLayer`](super::CostLayer).
#[derive(Clone)]
pub struct Cost<S> {
    inner: S,
    payer: Arc<Payer>,
}

impl<S> Cost<S> {
    pub(super) const fn new(inner: S, payer: Arc<Payer>) -> Self {
        Self { inner, payer }
    }
}

impl<S> Service<Request> for Cost<S>
where
    S: Service<Request, Response = Response, Error: AsError + From<Error>>,
{
    type Response = Response;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future, S::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        match self.payer.begin(&request) {
            Ok(attempt) => ResponseFuture::running(self.inner.call(request), attempt),
            Err(error) => ResponseFuture::refused(error.into()),
        }
    }
}

impl<S: fmt::Debug> fmt::Debug for Cost<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cost").field("inner", &self.inner).field("payer", &self.payer).finish()
    }
}
