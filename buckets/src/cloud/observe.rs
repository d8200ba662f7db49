use std::future::Future;
use std::pin::Pin;
use std::task::{self, Poll, ready};

use pin_project_lite::pin_project;

use super::Cloud;
use super::progress::Progress;
use crate::error::{Error, Result};
use crate::key::Key;
use crate::operation::{Context, Expectation};
use crate::telemetry::{EventName, Outcome, Span, SpanStart};

/// One operation of a cloud that has begun.
pub(super) struct Observed {
    span: Span,
    expectation: Expectation,
    context: Context,
}

impl<S> Cloud<S> {
    /// Begins an operation; `what` is only called if somebody listens.
    pub(super) fn begin<'a>(&self, name: &'static EventName, what: impl FnOnce() -> SpanStart<'a>) -> Observed {
        let span = Span::start_with(&self.shared.scope, name, what);
        let mut context = Context::new(self.shared.scope.clone());
        context.span = span.id();
        context.sampling = span.sampling();
        Observed { span, expectation: Expectation::None, context }
    }

    /// Begins an operation on the object with this key, if it is one.
    pub(super) fn begin_at(&self, name: &'static EventName, key: &Result<Key>) -> Observed {
        self.begin(name, || key.as_ref().map_or(SpanStart::new(), |key| SpanStart::new().key(key)))
    }
}

impl Observed {
    /// Says which errors are answers.
    pub(super) fn expecting(mut self, expectation: Expectation) -> Self {
        self.expectation = expectation;
        self
    }

    /// The context of requests that are part of the operation.
    pub(super) fn context(&self) -> Context {
        self.context.clone()
    }

    /// Runs `work` to its end and tells how it ended; `bytes` says how much content it moved, and
    /// `progress` how much of one that does not end well.
    pub(super) async fn run<T>(
        self,
        work: impl Future<Output = Result<T>>,
        progress: &Progress,
        bytes: impl FnOnce(&T) -> Option<u64>,
    ) -> Result<T> {
        let expectation = self.expectation;
        let finish = |mut span: Span, result: &Result<T>| match result {
            Ok(value) => {
                if let Some(bytes) = bytes(value) {
                    span.add_bytes(bytes);
                }
                span.end(Outcome::Success, None);
            }
            Err(error) => fail(span, expectation, error),
        };
        Running::new(self.span, work, progress, finish).await
    }

    /// Runs `work`, whose answer has a body that the operation ends with.
    pub(super) async fn run_to_body<T>(
        self,
        work: impl Future<Output = Result<T>>,
        progress: &Progress,
        hand_over: impl FnOnce(&mut T, Span),
    ) -> Result<T> {
        let expectation = self.expectation;
        let mut kept = None;
        let finish = |span: Span, result: &Result<T>| match result {
            Ok(_) => kept = Some(span),
            Err(error) => fail(span, expectation, error),
        };
        let mut result = Running::new(self.span, work, progress, finish).await;
        if let (Ok(value), Some(span)) = (&mut result, kept) {
            hand_over(value, span);
        }
        result
    }
}

fn fail(mut span: Span, expectation: Expectation, error: &Error) {
    if let Some(attempts) = error.attempts() {
        span.set_attempts(attempts);
    }
    span.end(expectation.outcome(error), Some(error));
}

/// For operations that move no content.
pub(super) fn no_bytes<T>(_: &T) -> Option<u64> {
    None
}

pin_project! {
    /// Work that is observed, and whose progress is told also if it fails or is dropped.
    struct Running<'a, F, N> {
        // Dropped before the span, so that what it does last is still part of it.
        #[pin]
        work: F,
        observed: InProgress<'a>,
        finish: Option<N>,
    }
}

struct InProgress<'a> {
    span: Span,
    progress: &'a Progress,
}

impl<'a, F, N> Running<'a, F, N> {
    fn new(mut span: Span, work: F, progress: &'a Progress, finish: N) -> Self {
        span.put_to_rest();
        Self { work, observed: InProgress { span, progress }, finish: Some(finish) }
    }
}

impl<F, N, T> Future for Running<'_, F, N>
where
    F: Future<Output = Result<T>>,
    N: FnOnce(Span, &Result<T>),
{
    type Output = Result<T>;

    fn poll(self: Pin<&mut Self>, context: &mut task::Context<'_>) -> Poll<Result<T>> {
        let this = self.project();
        let InProgress { span, progress } = this.observed;
        let result = ready!(span.run(|| this.work.poll(context)));
        if let Some(finish) = this.finish.take() {
            let mut span = span.take_guard();
            progress.attempts_into(&mut span);
            if result.is_err() {
                progress.bytes_into(&mut span);
            }
            finish(span, &result);
        }
        Poll::Ready(result)
    }
}

impl Drop for InProgress<'_> {
    fn drop(&mut self) {
        // Of work that ended the span is gone.
        self.progress.attempts_into(&mut self.span);
        self.progress.bytes_into(&mut self.span);
    }
}
