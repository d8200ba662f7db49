use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use buckets::telemetry::Timestamp;
use pin_project_lite::pin_project;
use tower_service::Service;

use super::{Admission, Limited, Occupancy, Origin};

pin_project! {
    /// The future of [`Limit`](super::Limit).
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<S, R, A>
    where
        S: Service<R>,
        A: Admission<S::Response, S::Error>,
    {
        #[pin]
        pub(super) state: State<S, R, A, S::Future, A::Permit, A::Wait, S::Error>,
        pub(super) admission: A,
    }
}

pin_project! {
    #[project = Projected]
    pub(super) enum State<S, R, A, F, P, W, E> {
        // The place is given up before what is told of it.
        Waiting { #[pin] wait: W, waiting: Waiting<S, R, A> },
        // The call is dropped before what it holds is given back.
        Running { #[pin] future: F, permit: Option<P>, origin: Origin },
        Refused { error: Option<E> },
    }
}

/// A call that has not been made yet.
pub(super) struct Waiting<S, R, A> {
    call: Option<(S, R)>,
    limit: Limiting<A>,
    origin: Origin,
    since: Option<Timestamp>,
}

/// What a call waits for, as far as it is told of.
pub(super) struct Limiting<A> {
    pub(super) limited: Limited,
    pub(super) admission: A,
    pub(super) occupancy: fn(&A) -> Option<Occupancy>,
}

impl<S, R, A> Waiting<S, R, A> {
    pub(super) fn new(service: S, request: R, limit: Limiting<A>, origin: Origin) -> Self {
        origin.waits(limit.limited, || (limit.occupancy)(&limit.admission));
        let since = origin.now();
        Self { call: Some((service, request)), limit, origin, since }
    }

    fn end(&self, admitted: bool) {
        let Limiting { limited, admission, occupancy } = &self.limit;
        self.origin.waited(*limited, self.since, admitted, || occupancy(admission));
    }

    fn admit(&mut self) -> (S, R) {
        self.end(true);
        match self.call.take() {
            Some(call) => call,
            None => panic!("polled after a call below had panicked"),
        }
    }
}

impl<S, R, A> Drop for Waiting<S, R, A> {
    fn drop(&mut self) {
        if self.call.is_some() {
            self.end(false);
        }
    }
}

impl<S, R, A> Future for ResponseFuture<S, R, A>
where
    S: Service<R>,
    A: Admission<S::Response, S::Error>,
{
    type Output = Result<S::Response, S::Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        loop {
            match this.state.as_mut().project() {
                Projected::Waiting { wait, waiting } => {
                    let permit = ready!(wait.poll(context));
                    let (mut service, request) = waiting.admit();
                    let future = service.call(request);
                    let origin = waiting.origin.clone();
                    this.state.set(State::Running { future, permit: Some(permit), origin });
                }
                Projected::Running { future, permit, origin } => {
                    let mut polled = future.poll(context);
                    if let Poll::Ready(result) = &mut polled
                        && let Some(permit) = permit.take()
                    {
                        this.admission.conclude(permit, result, origin);
                    }
                    return polled;
                }
                Projected::Refused { error } => match error.take() {
                    Some(error) => return Poll::Ready(Err(error)),
                    None => panic!("polled after it was ready"),
                },
            }
        }
    }
}

impl<S, R, A> fmt::Debug for ResponseFuture<S, R, A>
where
    S: Service<R>,
    A: Admission<S::Response, S::Error>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match &self.state {
            State::Waiting { .. } => "waiting",
            State::Running { .. } => "running",
            State::Refused { .. } => "refused",
        };
        f.debug_struct("ResponseFuture").field("state", &state).finish_non_exhaustive()
    }
}
