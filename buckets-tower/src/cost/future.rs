use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use buckets::operation::Response;
use pin_project_lite::pin_project;

use super::attempt::Attempt;
use crate::telemetry::AsError;

pin_project! {
    /// The future of [`Cost`](super::Cost).
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<F, E> {
        #[pin]
        state: State<F, E>,
    }
}

pin_project! {
    #[project = Projected]
    enum State<F, E> {
        // The call is dropped before it is paid for.
        Running { #[pin] future: F, attempt: Attempt },
        Refused { error: Option<E> },
    }
}

impl<F, E> ResponseFuture<F, E> {
    pub(super) const fn running(future: F, attempt: Attempt) -> Self {
        Self { state: State::Running { future, attempt } }
    }

    pub(super) const fn refused(error: E) -> Self {
        Self { state: State::Refused { error: Some(error) } }
    }
}

impl<F, E> Future for ResponseFuture<F, E>
where
    F: Future<Output = Result<Response, E>>,
    E: AsError,
{
    type Output = Result<Response, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().state.project() {
            Projected::Running { future, attempt } => {
                attempt.sent();
                let mut result = ready!(future.poll(context));
                attempt.conclude(&mut result);
                Poll::Ready(result)
            }
            Projected::Refused { error } => match error.take() {
                Some(error) => Poll::Ready(Err(error)),
                None => panic!("polled after it was ready"),
            },
        }
    }
}

impl<F, E> fmt::Debug for ResponseFuture<F, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match &self.state {
            State::Running { .. } => "running",
            State::Refused { .. } => "refused",
        };
        f.debug_struct("ResponseFuture").field("state", &state).finish_non_exhaustive()
    }
}
