use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

use crate::telemetry::Span;

pin_project! {
    /// A future under observation; made by [`Span::watch`].
    #[must_use = "futures do nothing unless polled"]
    pub struct Watched<F, N> {
        // Dropped before the span, so that what the future does last is still part of it.
        #[pin]
        future: F,
        span: Span,
        finish: Option<N>,
    }
}

impl<F, N> Watched<F, N> {
    pub(super) fn new(span: Span, future: F, finish: N) -> Self {
        Self { future, span, finish: Some(finish) }
    }
}

impl<F, N> Future for Watched<F, N>
where
    F: Future,
    N: FnOnce(Span, &F::Output),
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let output = ready!(this.span.run(|| this.future.poll(context)));
        if let Some(finish) = this.finish.take() {
            finish(this.span.take_guard(), &output);
        }
        Poll::Ready(output)
    }
}

impl<F, N> fmt::Debug for Watched<F, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watched").field("span", &self.span).finish_non_exhaustive()
    }
}
