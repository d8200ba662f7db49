use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use buckets::Error;
use buckets::operation::Response;
use pin_project_lite::pin_project;

use super::room::Room;
use crate::Refusable;

pin_project! {
    /// The future of [`Prefixed`](super::Prefixed).
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<F, E> {
        #[pin]
        inner: Refusable<F, E>,
        room: Room,
        operation: &'static str,
    }
}

impl<F, E> ResponseFuture<F, E> {
    pub(super) const fn new(inner: Refusable<F, E>, room: Room, operation: &'static str) -> Self {
        Self { inner, room, operation }
    }
}

impl<F, E> Future for ResponseFuture<F, E>
where
    F: Future<Output = Result<Response, E>>,
    E: From<Error>,
{
    type Output = Result<Response, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let mut response = ready!(this.inner.poll(context))?;
        this.room.leave(&mut response.reply).map_err(|error| error.with_operation(this.operation))?;
        Poll::Ready(Ok(response))
    }
}

impl<F, E> fmt::Debug for ResponseFuture<F, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").field("room", &self.room).finish_non_exhaustive()
    }
}
