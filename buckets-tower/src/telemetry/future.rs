use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use buckets::operation::Expectation;
use buckets::telemetry::{CurrentSpan, Span};
use pin_project_lite::pin_project;

use super::Conclude;

pin_project! {
    /// The future of [`Telemetry`](super::Telemetry).
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<F, C> {
        // Dropped before the span, so that what it does last is still part of it.
        #[pin]
        inner: F,
        observed: Option<Observed<C>>,
    }
}

/// A call that has begun and not ended.
pub(crate) struct Observed<C> {
    pub(crate) span: Span,
    pub(crate) expectation: Expectation,
    pub(crate) progress: Option<Arc<AtomicU64>>,
    pub(crate) conclude: C,
    /// Whether spans that begin below are parts of this one. Not so for one that only a part of
    /// those who listen is told of: others could not know their parent.
    pub(crate) is_parent: bool,
}

impl<F, C> ResponseFuture<F, C> {
    pub(crate) const fn new(inner: F, observed: Option<Observed<C>>) -> Self {
        Self { inner, observed }
    }
}

impl<F, C, T, E> Future for ResponseFuture<F, C>
where
    F: Future<Output = Result<T, E>>,
    C: Conclude<T, E>,
{
    type Output = Result<T, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let Some(observed) = this.observed else { return this.inner.poll(context) };
        let mut polled = observed.run(|| this.inner.poll(context));
        if let Poll::Ready(result) = &mut polled {
            observed.end(result);
            *this.observed = None;
        }
        polled
    }
}

impl<C> Observed<C> {
    /// Runs code of the call.
    #[inline(always)]
    pub(crate) fn run<T>(&mut self, code: impl FnOnce() -> T) -> T {
        if self.is_parent {
            return self.span.run(code);
        }
        let current = CurrentSpan::get();
        self.span.run(|| current.run(code))
    }

    fn end<T, E>(&mut self, result: &mut Result<T, E>)
    where
        C: Conclude<T, E>,
    {
        if result.is_err() {
            self.note_progress();
        }
        let span = std::mem::replace(&mut self.span, Span::disabled());
        self.conclude.conclude(span, self.expectation, result);
    }

    fn note_progress(&mut self) {
        if let Some(progress) = &self.progress {
            self.span.add_bytes(progress.load(Ordering::Relaxed));
        }
    }
}

impl<C> Drop for Observed<C> {
    fn drop(&mut self) {
        // Of a call that ended the span is gone; of any other this is the last to be known.
        self.note_progress();
    }
}

impl<F, C> fmt::Debug for ResponseFuture<F, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let span = self.observed.as_ref().map(|observed| &observed.span);
        f.debug_struct("ResponseFuture").field("span", &span).finish_non_exhaustive()
    }
}
