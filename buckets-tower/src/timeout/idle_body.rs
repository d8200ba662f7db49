use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use buckets::{Elapsed, TimeoutClock};
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use tokio::time::{Instant, Sleep, sleep_until};

pin_project! {
    /// A body that fails when its reader has waited for so long, and no frame came.
    pub struct IdleBody<B> {
        #[pin]
        inner: B,
        idle: Duration,
        // Made when the reader first waits, and used again from then on.
        #[pin]
        timer: Option<Sleep>,
        is_waiting: bool,
        is_over: bool,
    }
}

impl<B> IdleBody<B> {
    /// Lets `inner` stand still for `idle`.
    pub const fn new(inner: B, idle: Duration) -> Self {
        Self { inner, idle, timer: None, is_waiting: false, is_over: false }
    }
}

impl<B> Body for IdleBody<B>
where
    B: Body<Error: From<Elapsed>>,
{
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let mut this = self.project();
        if *this.is_over {
            return Poll::Ready(None);
        }
        if let Poll::Ready(frame) = this.inner.poll_frame(context) {
            *this.is_waiting = false;
            return Poll::Ready(frame);
        }
        if !*this.is_waiting {
            // What cannot be told by the clock is for ever.
            let Some(at) = Instant::now().checked_add(*this.idle) else { return Poll::Pending };
            match this.timer.as_mut().as_pin_mut() {
                Some(timer) => timer.reset(at),
                None => this.timer.set(Some(sleep_until(at))),
            }
            *this.is_waiting = true;
        }
        if let Some(timer) = this.timer.as_pin_mut() {
            ready!(timer.poll(context));
        }
        *this.is_over = true;
        Poll::Ready(Some(Err(Elapsed::new(TimeoutClock::Idle, *this.idle).into())))
    }

    fn is_end_stream(&self) -> bool {
        self.is_over || self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl<B> fmt::Debug for IdleBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdleBody").field("idle", &self.idle).finish_non_exhaustive()
    }
}
