use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use buckets::BoxError;
use buckets::operation::{Reply, Request, Response};
use pin_project_lite::pin_project;
use tower_service::Service;

use super::origin::Origin;

pin_project! {
    /// The future of [`Resume`](super::Resume).
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<S>
    where
        S: Service<Request>,
    {
        #[pin]
        inner: S::Future,
        // Of a get.
        origin: Option<Origin<S>>,
    }
}

impl<S: Service<Request>> ResponseFuture<S> {
    pub(super) const fn new(inner: S::Future, origin: Option<Origin<S>>) -> Self {
        Self { inner, origin }
    }
}

impl<S> Future for ResponseFuture<S>
where
    S: Service<Request, Response = Response, Error: Into<BoxError>, Future: Send> + Clone + Send + 'static,
{
    type Output = Result<Response, S::Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let mut result = ready!(this.inner.poll(context));
        if let (Ok(Response { reply: Reply::Get(fetched), .. }), Some(origin)) = (&mut result, this.origin.take()) {
            origin.stand_by(fetched);
        }
        Poll::Ready(result)
    }
}

impl<S: Service<Request>> fmt::Debug for ResponseFuture<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
