use std::fmt;
use std::task::{Context, Poll};

use buckets::Error;
use buckets::operation::{Request, Response};
use tower_service::Service;

use super::ResponseFuture;
use super::room::Room;
use crate::Refusable;

/// The part of a store that lies below a prefix; made by [`PrefixLayer`](super::PrefixLayer).
#[derive(Clone)]
pub struct Prefixed<S> {
    inner: S,
    room: Room,
}

impl<S> Prefixed<S> {
    pub(super) const fn new(inner: S, room: Room) -> Self {
        Self { inner, room }
    }
}

impl<S> Service<Request> for Prefixed<S>
where
    S: Service<Request, Response = Response, Error: From<Error>>,
{
    type Response = Response;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future, S::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let operation = request.op.name();
        let inner = match self.room.enter(&mut request.op) {
            Ok(()) => Refusable::passed(self.inner.call(request)),
            Err(error) => Refusable::refused(error.with_operation(operation).into()),
        };
        ResponseFuture::new(inner, self.room.clone(), operation)
    }
}

impl<S: fmt::Debug> fmt::Debug for Prefixed<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prefixed").field("inner", &self.inner).field("room", &self.room).finish()
    }
}
