use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::time::{Sleep, sleep};
use tower_service::Service;

use super::again::{Again, Failure, Finding, Verdict};
use super::report;
use super::session::{Refusal, Session};
use crate::telemetry::Describe;

pin_project! {
    /// The future of [`Retry`](super::Retry).
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<S, R, A, D>
    where
        S: Service<R>,
    {
        #[pin]
        step: Step<S::Future, R>,
        rest: Rest<S, R, A, D, Result<S::Response, S::Error>>,
    }
}

pin_project! {
    #[project = StepProjection]
    enum Step<F, R> {
        Calling { #[pin] future: F },
        Waiting { #[pin] timer: Sleep, request: Option<R> },
        // Until the service below is ready.
        Ready { request: Option<R> },
    }
}

/// All that stays where it is between attempts.
struct Rest<S, R, A, D, T> {
    /// For further attempts.
    service: S,
    /// The request once more; [`None`] if it can only be sent once.
    copy: Option<R>,
    sending: Sending<T>,
    /// Whether an attempt failed that may have been done.
    in_doubt: bool,
    /// Whether there may be no more attempts.
    is_last: bool,
    session: Session,
    again: A,
    describe: D,
}

/// What is sent now.
enum Sending<T> {
    /// The request.
    Attempt,
    /// A question: was the attempt done that ended so? Boxed, because it is rare and results are large.
    Check(Box<T>),
}

/// What follows the end of a call below.
enum Next<R, T> {
    End(T),
    Send { request: R, after: Duration },
}

impl<S: Service<R>, R, A, D> ResponseFuture<S, R, A, D> {
    pub(super) const fn new(
        first: S::Future,
        copy: Option<R>,
        service: S,
        session: Session,
        again: A,
        describe: D,
    ) -> Self {
        let rest = Rest {
            service,
            copy,
            sending: Sending::Attempt,
            in_doubt: false,
            is_last: false,
            session,
            again,
            describe,
        };
        Self { step: Step::Calling { future: first }, rest }
    }
}

impl<S, R, A, D> Future for ResponseFuture<S, R, A, D>
where
    S: Service<R>,
    A: Again<R, S::Response, S::Error>,
    D: Describe<R>,
{
    type Output = Result<S::Response, S::Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let rest = this.rest;
        loop {
            match this.step.as_mut().project() {
                StepProjection::Calling { future } => {
                    let Poll::Ready(result) = future.poll(context) else {
                        rest.session.pending();
                        return Poll::Pending;
                    };
                    match rest.next(result) {
                        Next::End(result) => return Poll::Ready(rest.conclude(result)),
                        Next::Send { request, after } => {
                            let request = Some(request);
                            this.step.set(match after {
                                Duration::ZERO => Step::Ready { request },
                                after => Step::Waiting { timer: sleep(after), request },
                            });
                        }
                    }
                }
                StepProjection::Waiting { timer, request } => {
                    ready!(timer.poll(context));
                    let request = request.take();
                    this.step.set(Step::Ready { request });
                }
                StepProjection::Ready { request } => {
                    if let Err(error) = ready!(rest.service.poll_ready(context)) {
                        return Poll::Ready(rest.conclude(Err(error)));
                    }
                    let Some(request) = request.take() else { panic!("polled after a call below had panicked") };
                    let future = rest.service.call(request);
                    this.step.set(Step::Calling { future });
                }
            }
        }
    }
}

impl<S, R, A, D, T, E> Rest<S, R, A, D, Result<T, E>>
where
    A: Again<R, T, E>,
    D: Describe<R>,
{
    fn next(&mut self, result: Result<T, E>) -> Next<R, Result<T, E>> {
        match std::mem::replace(&mut self.sending, Sending::Attempt) {
            Sending::Attempt => self.after_attempt(result),
            Sending::Check(doubtful) => self.after_check(*doubtful, result),
        }
    }

    fn after_attempt(&mut self, result: Result<T, E>) -> Next<R, Result<T, E>> {
        let Some(copy) = &self.copy else { return Next::End(result) };
        match self.again.judge(copy, &result, self.in_doubt) {
            Verdict::Final => {
                self.session.succeeded();
                Next::End(result)
            }
            Verdict::Retry(failure) => self.repeat(failure, result),
            Verdict::Doubt(failure) => {
                self.in_doubt = true;
                self.check(failure, result)
            }
        }
    }

    fn after_check(&mut self, doubtful: Result<T, E>, found: Result<T, E>) -> Next<R, Result<T, E>> {
        let Some(copy) = &self.copy else { return Next::End(doubtful) };
        match self.again.checked(copy, found) {
            Finding::Ended(result) => {
                self.session.succeeded();
                Next::End(result)
            }
            Finding::NotDone if !self.is_last => match self.again.again(copy) {
                Some(mut request) => {
                    self.again.enter(&mut request, self.session.attempts());
                    Next::Send { request, after: Duration::ZERO }
                }
                None => Next::End(doubtful),
            },
            Finding::Failed(failure) if !self.is_last => self.check(failure, doubtful),
            Finding::NotDone | Finding::Failed(_) | Finding::Unknown => {
                self.session.gave_up();
                Next::End(doubtful)
            }
        }
    }

    /// Sends the request again, or ends with what it ended with.
    fn repeat(&mut self, failure: Failure, result: Result<T, E>) -> Next<R, Result<T, E>> {
        let Some(copy) = &self.copy else { return Next::End(result) };
        let Some(mut request) = self.again.again(copy) else { return Next::End(result) };
        let failed = self.session.attempts();
        match self.session.retry(failure.after, self.again.deadline(copy)) {
            Ok(wait) => {
                report::retry(&self.describe, copy, failed, failure.kind, wait, "attempt");
                self.again.enter(&mut request, failed + 1);
                Next::Send { request, after: wait }
            }
            Err(refusal) => self.give_up(failure, refusal, result),
        }
    }

    /// Asks whether the attempt was done that ended with `doubtful`.
    fn check(&mut self, failure: Failure, doubtful: Result<T, E>) -> Next<R, Result<T, E>> {
        let Some(copy) = &self.copy else { return Next::End(doubtful) };
        let Some(request) = self.again.check(copy) else { return Next::End(doubtful) };
        let failed = self.session.attempts();
        let wait = match self.session.retry(failure.after, self.again.deadline(copy)) {
            // An answer, which needs no time to pass.
            Ok(_) if !failure.kind.is_transient() => Duration::ZERO,
            Ok(wait) => wait,
            // Not to be repeated, but it may turn out to have been done.
            Err(Refusal::Attempts) => {
                self.is_last = true;
                Duration::ZERO
            }
            Err(refusal) => return self.give_up(failure, refusal, doubtful),
        };
        report::retry(&self.describe, copy, failed, failure.kind, wait, "check");
        self.sending = Sending::Check(Box::new(doubtful));
        Next::Send { request, after: wait }
    }

    fn give_up(&mut self, failure: Failure, refusal: Refusal, result: Result<T, E>) -> Next<R, Result<T, E>> {
        self.session.gave_up();
        if let Some(copy) = &self.copy {
            report::gave_up(&self.describe, copy, self.session.attempts(), failure.kind, refusal);
        }
        Next::End(result)
    }

    fn conclude(&mut self, mut result: Result<T, E>) -> Result<T, E> {
        self.again.conclude(&mut result, self.session.attempts());
        result
    }
}

impl<S: Service<R>, R, A, D> fmt::Debug for ResponseFuture<S, R, A, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").field("session", &self.rest.session).finish_non_exhaustive()
    }
}
