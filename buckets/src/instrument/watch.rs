use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::telemetry::Span;

pin_project! {
    /// An instrumented future: as [`Watched`](crate::telemetry::Watched), but what it does for a span
    /// that somebody listens to is in functions of their own, and not in each future's.
    #[must_use = "futures do nothing unless polled"]
    pub struct Watch<F, N> {
        // Dropped before the span, so that what the future does last is still part of it.
        #[pin]
        future: F,
        span: Span,
        finish: Option<N>,
    }
}

/// Observes `future`; `finish` is called with its output if somebody listens.
#[inline]
pub fn watch<F: Future, N: FnOnce(Span, &F::Output)>(span: Span, future: F, finish: N) -> Watch<F, N> {
    Watch { future, span: if span.is_enabled() { put_to_rest(span) } else { span }, finish: Some(finish) }
}

#[cold]
#[inline(never)]
fn put_to_rest(mut span: Span) -> Span {
    span.put_to_rest();
    span
}

/// The code of the span is running; until dropped.
struct Polled<'a>(&'a mut Span);

impl Drop for Polled<'_> {
    #[inline]
    fn drop(&mut self) {
        if self.0.is_enabled() {
            leave(self.0);
        }
    }
}

#[cold]
#[inline(never)]
fn enter(span: &mut Span) {
    span.begin_to_run();
    span.enter();
}

#[cold]
#[inline(never)]
fn leave(span: &Span) {
    span.before_entered().replace_current();
}

/// After a poll that did not panic.
#[cold]
#[inline(never)]
fn settle<T, N: FnOnce(Span, &T)>(span: &mut Span, polled: &Poll<T>, finish: &mut Option<N>) {
    leave(span);
    span.put_to_rest();
    if let Poll::Ready(output) = polled
        && let Some(finish) = finish.take()
    {
        finish(span.take_guard(), output);
    }
}

impl<F, N> Future for Watch<F, N>
where
    F: Future,
    N: FnOnce(Span, &F::Output),
{
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        if this.span.is_enabled() {
            enter(this.span);
        }
        let running = Polled(this.span);
        let polled = this.future.poll(context);
        if running.0.is_enabled() {
            settle(running.0, &polled, this.finish);
        }
        std::mem::forget(running);
        polled
    }
}

impl<F, N> fmt::Debug for Watch<F, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").field("span", &self.span).finish_non_exhaustive()
    }
}
