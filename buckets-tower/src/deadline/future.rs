use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use buckets::Elapsed;
use pin_project_lite::pin_project;
use tokio::time::{Instant, Sleep, sleep_until};
use tower::util::Oneshot;
use tower_service::Service;

pin_project! {
    /// The future of [`Deadline`](super::Deadline).
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<S, R>
    where
        S: Service<R>,
    {
        // None for a request that came too late.
        #[pin]
        inner: Option<Oneshot<S, R>>,
        limit: Option<Limit>,
        // Set when the call has to wait.
        #[pin]
        timer: Option<Sleep>,
    }
}

/// When a call must be over, and what to say then.
#[derive(Clone, Copy)]
pub(super) struct Limit {
    pub(super) at: Instant,
    pub(super) elapsed: Elapsed,
}

impl<S: Service<R>, R> ResponseFuture<S, R> {
    pub(super) const fn new(inner: Oneshot<S, R>, limit: Option<Limit>) -> Self {
        Self { inner: Some(inner), limit, timer: None }
    }

    pub(super) fn too_late(elapsed: Elapsed) -> Self {
        Self { inner: None, limit: Some(Limit { at: Instant::now(), elapsed }), timer: None }
    }
}

impl<S, R> Future for ResponseFuture<S, R>
where
    S: Service<R, Error: From<Elapsed>>,
{
    type Output = Result<S::Response, S::Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        if let Some(inner) = this.inner.as_mut().as_pin_mut() {
            if let Poll::Ready(result) = inner.poll(context) {
                return Poll::Ready(result);
            }
            let Some(limit) = this.limit else { return Poll::Pending };
            if this.timer.is_none() {
                this.timer.set(Some(sleep_until(limit.at)));
            }
            if let Some(timer) = this.timer.as_mut().as_pin_mut() {
                ready!(timer.poll(context));
            }
        }
        match this.limit {
            Some(limit) => Poll::Ready(Err(limit.elapsed.into())),
            None => Poll::Pending,
        }
    }
}

impl<S: Service<R>, R> fmt::Debug for ResponseFuture<S, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
