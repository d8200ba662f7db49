use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

pin_project! {
    /// The future of services that refuse some calls and pass the others on: of
    /// [`LoadShed`](crate::limit::LoadShed), [`ReadOnly`](crate::ReadOnly) and
    /// [`Validate`](crate::validate::Validate).
    #[must_use = "futures do nothing unless polled"]
    pub struct Refusable<F, E> {
        #[pin]
        state: State<F, E>,
    }
}

pin_project! {
    #[project = Projected]
    enum State<F, E> {
        Passed { #[pin] future: F },
        Refused { error: Option<E> },
    }
}

impl<F, E> Refusable<F, E> {
    pub(crate) const fn passed(future: F) -> Self {
        Self { state: State::Passed { future } }
    }

    pub(crate) const fn refused(error: E) -> Self {
        Self { state: State::Refused { error: Some(error) } }
    }
}

impl<F, T, E> Future for Refusable<F, E>
where
    F: Future<Output = Result<T, E>>,
{
    type Output = Result<T, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().state.project() {
            Projected::Passed { future } => future.poll(context),
            Projected::Refused { error } => match error.take() {
                Some(error) => Poll::Ready(Err(error)),
                None => panic!("polled after it was ready"),
            },
        }
    }
}

impl<F, E> fmt::Debug for Refusable<F, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match &self.state {
            State::Passed { .. } => "passed",
            State::Refused { .. } => "refused",
        };
        f.debug_struct("Refusable").field("state", &state).finish_non_exhaustive()
    }
}
