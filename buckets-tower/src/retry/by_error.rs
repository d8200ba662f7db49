use std::time::Instant;

use buckets::operation::{Checksum, Condition, ETag, Head, ObjectMeta, Op, Put, Reply, Request, Response, Stored};
use buckets::{Error, ErrorKind};

use super::{Again, Failure, Finding, Verdict};
use crate::telemetry::AsError;

/// Repeats the operations of this library by the [kind](ErrorKind) of their errors.
///
/// An error that is [retryable](Error::is_retryable) is tried again. Every operation here can be
/// repeated without harm but a put or copy with a [`Condition`]: of an attempt that may have been done,
/// the condition no longer holds because it was. Such a put is checked for the content that it was to
/// store, and repeated if that is not there; such a copy is not repeated.
///
/// Never repeated are a put whose body can only be read once and an operation that is not built in.
#[derive(Clone, Copy, Debug, Default)]
pub struct ByError;

impl<E> Again<Request, Response, E> for ByError
where
    E: AsError + From<Error>,
{
    fn again(&self, request: &Request) -> Option<Request> {
        request.try_clone()
    }

    fn judge(&self, request: &Request, result: &Result<Response, E>, in_doubt: bool) -> Verdict {
        let Err(error) = result else { return Verdict::Final };
        let error = error.as_error();
        let ours = Error::find(error);
        let kind = ErrorKind::of(error);
        let failure = Failure::new(kind).after(ours.and_then(Error::retry_after));
        let condition = condition(&request.op);
        if in_doubt && matches!(kind, ErrorKind::AlreadyExists | ErrorKind::PreconditionFailed) {
            return Verdict::Doubt(failure);
        }
        match ours.map_or(kind.is_transient(), Error::is_retryable) {
            false => Verdict::Final,
            true if condition.is_some_and(|condition| !condition.is_none()) && may_be_done(kind) => {
                Verdict::Doubt(failure)
            }
            true => Verdict::Retry(failure),
        }
    }

    fn deadline(&self, request: &Request) -> Option<Instant> {
        request.context.deadline
    }

    fn enter(&self, request: &mut Request, attempt: u32) {
        request.context.attempt = attempt;
    }

    fn conclude(&self, result: &mut Result<Response, E>, attempts: u32) {
        match result {
            // Something below may count attempts of its own.
            Ok(response) => response.attempts = response.attempts.max(1) + attempts - 1,
            Err(error) => error.count_attempts(attempts),
        }
    }

    fn check(&self, request: &Request) -> Option<Request> {
        let Op::Put(put) = &request.op else { return None };
        let mut check = Request::with_context(Head::new(put.key.clone()), request.context.clone());
        check.extensions = request.extensions.clone();
        Some(check)
    }

    fn checked(&self, request: &Request, found: Result<Response, E>) -> Finding<Response, E> {
        let Op::Put(put) = &request.op else { return Finding::Unknown };
        match found.map(|response| response.reply) {
            Ok(Reply::Head(meta)) => compare(put, meta),
            Ok(_) => Finding::Unknown,
            Err(error) if ErrorKind::of(error.as_error()) == ErrorKind::NotFound => match put.condition.check(None) {
                Ok(()) => Finding::NotDone,
                Err(error) => Finding::Ended(Err(error.with_operation("put").into())),
            },
            Err(error) => match self.judge(request, &Err(error), false) {
                Verdict::Final => Finding::Unknown,
                Verdict::Retry(failure) | Verdict::Doubt(failure) => Finding::Failed(failure),
            },
        }
    }
}

fn condition(op: &Op) -> Option<&Condition> {
    match op {
        Op::Put(put) => Some(&put.condition),
        Op::Copy(copy) => Some(&copy.condition),
        _ => None,
    }
}

/// Whether what failed so may have been done: not if it was refused or never got there.
const fn may_be_done(kind: ErrorKind) -> bool {
    !matches!(kind, ErrorKind::Throttled | ErrorKind::Connect | ErrorKind::Overloaded)
}

/// What the object that is there now tells of a put that may have been done.
fn compare<E: From<Error>>(put: &Put, meta: ObjectMeta) -> Finding<Response, E> {
    let wanted = put.checksum.or_else(|| put.body.as_bytes().map(|bytes| Checksum::of(bytes)));
    let size_differs = put.body.remaining().is_some_and(|size| size != meta.size);
    let is_ours = match (wanted, meta.checksum) {
        _ if size_differs => Some(false),
        (Some(wanted), Some(stored)) => Some(wanted == stored),
        _ => None,
    };
    if is_ours == Some(true) {
        return Finding::Ended(Ok(Response::new(Reply::Put(Stored::new(meta)))));
    }
    match (put.condition.check(meta.etag.as_ref()), is_ours) {
        (Ok(()), _) if is_told_apart(put, meta.etag.as_ref()) => Finding::NotDone,
        (Err(error), Some(false)) => Finding::Ended(Err(error.with_operation("put").into())),
        _ => Finding::Unknown,
    }
}

/// Whether a condition that holds tells that the object is still the one from before: only if it
/// names that one's tag.
fn is_told_apart(put: &Put, current: Option<&ETag>) -> bool {
    current.is_some() && put.condition.match_tag().flatten() == current
}
