use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};

use buckets::Error;
use buckets::operation::{Request, Response};
use tower_service::Service;

use super::rules::Rules;
use crate::Refusable;

/// A store that takes only allowed content; made by [`ValidateLayer`](super::ValidateLayer).
#[derive(Clone)]
pub struct Validate<S> {
    inner: S,
    rules: Arc<Rules>,
}

impl<S> Validate<S> {
    pub(super) const fn new(inner: S, rules: Arc<Rules>) -> Self {
        Self { inner, rules }
    }
}

impl<S> Service<Request> for Validate<S>
where
    S: Service<Request, Response = Response, Error: From<Error>>,
{
    type Response = Response;
    type Error = S::Error;
    type Future = Refusable<S::Future, S::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        match self.rules.apply(&mut request.op) {
            Ok(()) => Refusable::passed(self.inner.call(request)),
            Err(error) => Refusable::refused(error.with_operation(request.op.name()).into()),
        }
    }
}

impl<S: fmt::Debug> fmt::Debug for Validate<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Validate").field("inner", &self.inner).field("rules", &self.rules).finish()
    }
}
