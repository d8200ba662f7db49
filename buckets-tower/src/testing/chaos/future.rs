use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use buckets::body::GetBody;
use buckets::operation::{Reply, Response};
use buckets::{Error, ErrorKind};
use pin_project_lite::pin_project;
use tokio::time::{Sleep, sleep};

use super::Fault;
use super::body::{Faulty, Spot};
use super::dice::Dice;
use crate::testing::probe::panic;

pin_project! {
    /// The future of [`Chaos`](super::Chaos).
    #[must_use = "futures do nothing unless polled"]
    pub struct ChaosFuture<F, E> {
        #[pin]
        state: State<F, E>,
        operation: &'static str,
    }
}

pin_project! {
    #[project = Projected]
    enum State<F, E> {
        Running { #[pin] future: F, after: After },
        Late { #[pin] sleep: Sleep, result: Option<Result<Response, E>> },
        Failing { kind: ErrorKind },
        Hanging,
        Panicking,
    }
}

/// What goes wrong once the store has answered.
pub(super) enum After {
    Nothing,
    Lost(ErrorKind),
    Late(Duration),
    Content(Fault, Dice),
}

impl<F, E> ChaosFuture<F, E> {
    pub(super) const fn running(future: F, after: After, operation: &'static str) -> Self {
        Self { state: State::Running { future, after }, operation }
    }

    pub(super) const fn failing(kind: ErrorKind, operation: &'static str) -> Self {
        Self { state: State::Failing { kind }, operation }
    }

    pub(super) const fn hanging(operation: &'static str) -> Self {
        Self { state: State::Hanging, operation }
    }

    pub(super) const fn panicking(operation: &'static str) -> Self {
        Self { state: State::Panicking, operation }
    }
}

impl<F, E> Future for ChaosFuture<F, E>
where
    F: Future<Output = Result<Response, E>>,
    E: From<Error>,
{
    type Output = Result<Response, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let error = |kind| E::from(Error::new(kind, "chaos").with_operation(this.operation));
        loop {
            match this.state.as_mut().project() {
                Projected::Running { future, after } => {
                    let result = ready!(future.poll(context));
                    match std::mem::replace(after, After::Nothing) {
                        After::Nothing => return Poll::Ready(result),
                        After::Lost(kind) => return Poll::Ready(result.and_then(|_| Err(error(kind)))),
                        After::Content(fault, dice) => {
                            return Poll::Ready(result.map(|response| spoil(response, fault, dice)));
                        }
                        After::Late(by) => this.state.set(State::Late { sleep: sleep(by), result: Some(result) }),
                    }
                }
                Projected::Late { sleep, result } => {
                    ready!(sleep.poll(context));
                    match result.take() {
                        Some(result) => return Poll::Ready(result),
                        None => panic!("polled after it was ready"),
                    }
                }
                Projected::Failing { kind } => return Poll::Ready(Err(error(*kind))),
                Projected::Hanging => return Poll::Pending,
                Projected::Panicking => panic(),
            }
        }
    }
}

fn spoil(mut response: Response, fault: Fault, mut dice: Dice) -> Response {
    if let Reply::Get(fetched) = &mut response.reply {
        let body = std::mem::replace(&mut fetched.body, GetBody::from_bytes(Default::default()));
        let spot = Spot::within(body.remaining(), fault, &mut dice);
        fetched.body = body.map_content(|content| Faulty::new(content, spot));
    }
    response
}

impl<F, E> fmt::Debug for ChaosFuture<F, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChaosFuture").field("operation", &self.operation).finish_non_exhaustive()
    }
}
