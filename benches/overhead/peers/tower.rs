//! What tower's own `retry` needs to be told.

use std::future::{Ready, ready};

use buckets::BoxError;
use buckets::operation::{Request, Response};
use tower::retry::Policy;

/// Keeps a copy of each request, as whoever wants to try again must, and never does.
#[derive(Clone)]
pub(crate) struct Never;

impl Policy<Request, Response, BoxError> for Never {
    type Future = Ready<()>;

    fn retry(&mut self, _: &mut Request, result: &mut Result<Response, BoxError>) -> Option<Ready<()>> {
        result.is_err().then(|| ready(()))
    }

    fn clone_request(&mut self, request: &Request) -> Option<Request> {
        request.try_clone()
    }
}
