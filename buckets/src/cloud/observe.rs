use std::future::Future;

use super::Cloud;
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

    /// Runs `work` to its end and tells how it ended; `bytes` says how much content it moved.
    pub(super) async fn run<T>(
        self,
        work: impl Future<Output = Result<T>>,
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
        self.span.watch(work, finish).await
    }

    /// Runs `work`, whose answer has a body that the operation ends with.
    pub(super) async fn run_to_body<T>(
        self,
        work: impl Future<Output = Result<T>>,
        hand_over: impl FnOnce(&mut T, Span),
    ) -> Result<T> {
        let expectation = self.expectation;
        let mut kept = None;
        let finish = |span: Span, result: &Result<T>| match result {
            Ok(_) => kept = Some(span),
            Err(error) => fail(span, expectation, error),
        };
        let mut result = self.span.watch(work, finish).await;
        if let (Ok(value), Some(span)) = (&mut result, kept) {
            hand_over(value, span);
        }
        result
    }
}

fn fail(mut span: Span, expectation: Expectation, error: &Error) {
    span.set_attempts(error.attempts().unwrap_or(0));
    span.end(expectation.outcome(error), Some(error));
}

/// For operations that move no content.
pub(super) fn no_bytes<T>(_: &T) -> Option<u64> {
    None
}
