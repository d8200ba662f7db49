use std::future::Future;
use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use buckets::body::BoxBody;
use buckets::operation::{ETag, Request, Response};
use buckets::{BoxError, Error, ErrorKind};
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use pin_project_lite::pin_project;
use tokio::time::{Sleep, sleep};
use tower::util::Oneshot;
use tower_service::Service;

use super::origin::{Origin, rest};
use crate::retry::{Refusal, resumed};

pin_project! {
    /// Content that is asked for again, from where it broke off.
    pub(super) struct ResumingBody<S>
    where
        S: Service<Request>,
    {
        #[pin]
        step: Step<S>,
        origin: Origin<S>,
        etag: ETag,
        // What is still to come.
        rest: Range<u64>,
        // What the body first failed with, while it is asked for again.
        failure: Option<Error>,
    }
}

pin_project! {
    #[project = StepProjection]
    enum Step<S>
    where
        S: Service<Request>,
    {
        Reading { content: BoxBody },
        Waiting { #[pin] timer: Sleep },
        Asking { #[pin] answer: Oneshot<S, Request> },
        Over,
    }
}

impl<S> ResumingBody<S>
where
    S: Service<Request, Response = Response, Error: Into<BoxError>> + Clone,
{
    pub(super) const fn new(content: BoxBody, origin: Origin<S>, etag: ETag, rest: Range<u64>) -> Self {
        Self { step: Step::Reading { content }, origin, etag, rest, failure: None }
    }

    /// Goes on from where the content broke off with `error`; gives back what to end with where that cannot be.
    fn break_off(mut self: Pin<&mut Self>, error: Error) -> Option<Error> {
        let mut this = self.as_mut().project();
        let (failed, kind) = (this.origin.session.attempts(), error.kind());
        let retry = match may_go_on(&error) && !this.rest.is_empty() {
            true => this.origin.session.retry(error.retry_after(), this.origin.request().context.deadline),
            false => Err(Refusal::Attempts),
        };
        let first = this.failure.take().unwrap_or(error);
        match retry {
            Ok(wait) => {
                resumed(this.origin.request(), failed, kind, wait, this.rest.start);
                *this.failure = Some(first);
                this.step.set(Step::Waiting { timer: sleep(wait) });
                None
            }
            Err(_) => {
                this.origin.session.gave_up();
                this.step.set(Step::Over);
                Some(first.with_attempts(failed))
            }
        }
    }

    fn end(self: Pin<&mut Self>) {
        let mut this = self.project();
        this.origin.session.succeeded();
        this.step.set(Step::Over);
    }
}

impl<S> Body for ResumingBody<S>
where
    S: Service<Request, Response = Response, Error: Into<BoxError>> + Clone,
{
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        loop {
            let mut this = self.as_mut().project();
            let broken = match this.step.as_mut().project() {
                StepProjection::Over => return Poll::Ready(None),
                StepProjection::Reading { content } => match ready!(Pin::new(content).poll_frame(context)) {
                    Some(Ok(frame)) => {
                        if this.failure.take().is_some() {
                            this.origin.session.restart_clock();
                        }
                        this.rest.start += frame.data_ref().map_or(0, |data| data.len() as u64);
                        return Poll::Ready(Some(Ok(frame)));
                    }
                    None if this.rest.is_empty() => {
                        self.end();
                        return Poll::Ready(None);
                    }
                    None => Error::new(ErrorKind::Interrupted, "the body ended before its declared length"),
                    Some(Err(error)) => error,
                },
                StepProjection::Waiting { timer } => {
                    ready!(timer.poll(context));
                    let Some(answer) = this.origin.ask(this.etag, this.rest) else {
                        this.step.set(Step::Over);
                        return Poll::Ready(this.failure.take().map(Err));
                    };
                    this.step.set(Step::Asking { answer });
                    continue;
                }
                StepProjection::Asking { answer } => match rest(ready!(answer.poll(context)), this.etag, this.rest) {
                    Ok(body) => {
                        this.step.set(Step::Reading { content: body.boxed_unsync() });
                        continue;
                    }
                    Err(error) if was_replaced(&error) => {
                        this.origin.session.gave_up();
                        this.step.set(Step::Over);
                        return Poll::Ready(Some(Err(replaced(error))));
                    }
                    Err(error) => error,
                },
            };
            if let Some(error) = self.as_mut().break_off(broken) {
                return Poll::Ready(Some(Err(error)));
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.step {
            Step::Reading { content } => self.rest.is_empty() && content.is_end_stream(),
            Step::Waiting { .. } | Step::Asking { .. } => false,
            Step::Over => true,
        }
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest.end.saturating_sub(self.rest.start))
    }
}

/// Whether what was read so far is good, and the rest may be had.
fn may_go_on(error: &Error) -> bool {
    error.is_retryable() && !matches!(error.kind(), ErrorKind::ChecksumMismatch | ErrorKind::Protocol)
}

fn was_replaced(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::PreconditionFailed | ErrorKind::NotFound)
}

/// That the tag no longer fits, or the object is gone, in words that fit a body.
fn replaced(error: Error) -> Error {
    Error::new(ErrorKind::Interrupted, "the object was replaced or removed while it was read").with_source(error)
}
