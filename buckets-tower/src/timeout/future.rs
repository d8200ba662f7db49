use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use buckets::{Elapsed, TimeoutClock};
use pin_project_lite::pin_project;
use tokio::time::{Instant, Sleep, sleep_until};

use super::{Limit, Upload};

pin_project! {
    /// The future of [`Timeout`](super::Timeout).
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<F, L, R> {
        #[pin]
        inner: F,
        limits: L,
        clocks: Clocks,
        // Set when the call has to wait.
        #[pin]
        timer: Option<Sleep>,
        request: PhantomData<fn(R)>,
    }
}

/// The clocks of one attempt, of which one runs at a time.
struct Clocks {
    limit: Option<Duration>,
    upload: Option<Upload>,
    /// When the attempt first had to wait.
    began: Option<Instant>,
}

impl Clocks {
    /// When the clock that is running now runs out, and what to say then.
    fn expiry(&mut self) -> Option<(Instant, Elapsed)> {
        if let Some((upload, idle)) = self.upload.as_ref().and_then(|upload| Some((upload, upload.idle()?))) {
            return Some((upload.moved().checked_add(idle)?, Elapsed::new(TimeoutClock::Idle, idle)));
        }
        let limit = self.limit?;
        let began = match &self.upload {
            Some(upload) => upload.moved(),
            None => *self.began.get_or_insert_with(Instant::now),
        };
        Some((began.checked_add(limit)?, Elapsed::new(TimeoutClock::Attempt, limit)))
    }
}

impl<F, L, R> ResponseFuture<F, L, R> {
    pub(super) const fn new(inner: F, limits: L, limit: Option<Duration>, upload: Option<Upload>) -> Self {
        Self { inner, limits, clocks: Clocks { limit, upload, began: None }, timer: None, request: PhantomData }
    }

    /// Waits until a clock has run out.
    fn poll_clocks(
        clocks: &mut Clocks,
        mut timer: Pin<&mut Option<Sleep>>,
        context: &mut Context<'_>,
    ) -> Poll<Elapsed> {
        while let Some((at, _)) = clocks.expiry() {
            match timer.as_mut().as_pin_mut() {
                None => timer.set(Some(sleep_until(at))),
                // Set too early it fires, and is set anew then: not at every chunk that moves.
                Some(timer) if timer.deadline() > at || timer.is_elapsed() => timer.reset(at),
                Some(_) => {}
            }
            let Some(timer) = timer.as_mut().as_pin_mut() else { break };
            ready!(timer.poll(context));
            if let Some((at, elapsed)) = clocks.expiry()
                && at <= Instant::now()
            {
                return Poll::Ready(elapsed);
            }
        }
        Poll::Pending
    }
}

impl<F, L, R, T, E> Future for ResponseFuture<F, L, R>
where
    F: Future<Output = Result<T, E>>,
    E: From<Elapsed>,
    L: Limit<R, T>,
{
    type Output = Result<T, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let mut polled = this.inner.poll(context);
        if let Poll::Ready(result) = &mut polled {
            if let Ok(answer) = result {
                this.limits.watch_download(answer);
            }
            return polled;
        }
        let elapsed = ready!(Self::poll_clocks(this.clocks, this.timer, context));
        Poll::Ready(Err(elapsed.into()))
    }
}

impl<F, L, R> fmt::Debug for ResponseFuture<F, L, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
