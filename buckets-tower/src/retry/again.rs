use std::time::{Duration, Instant};

use buckets::ErrorKind;

/// What a retry must know of requests and of how they ended.
///
/// [`ByError`](super::ByError) does for the operations of this library. A closure
/// `Fn(&R, &Result<T, E>) -> Verdict` does for requests that are [`Clone`] and safe to repeat
/// wherever it says [`Verdict::Retry`].
pub trait Again<R, T, E> {
    /// The request once more, or [`None`] if it can only be sent once. Asked before the first
    /// attempt, of which this is the copy.
    fn again(&self, request: &R) -> Option<R>;

    /// What to make of the end of an attempt. `in_doubt` says that an earlier attempt of this call
    /// may have been done although it failed.
    fn judge(&self, request: &R, result: &Result<T, E>, in_doubt: bool) -> Verdict;

    /// When the request must be over by its own account. By default it does not say.
    fn deadline(&self, request: &R) -> Option<Instant> {
        let _ = request;
        None
    }

    /// Tells what is below which attempt this is, from 1. By default nothing.
    fn enter(&self, request: &mut R, attempt: u32) {
        let _ = (request, attempt);
    }

    /// Notes in the result how many attempts there were. By default nothing.
    fn conclude(&self, result: &mut Result<T, E>, attempts: u32) {
        let _ = (result, attempts);
    }

    /// A request that finds out whether an attempt that ended in [doubt](Verdict::Doubt) was done.
    /// By default there is none, and such attempts are not repeated.
    fn check(&self, request: &R) -> Option<R> {
        let _ = request;
        None
    }

    /// What the answer to [`check`](Self::check) tells. By default nothing.
    fn checked(&self, request: &R, found: Result<T, E>) -> Finding<T, E> {
        let _ = (request, found);
        Finding::Unknown
    }
}

/// What to do about the end of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is the end of the call.
    Final,
    /// The same request may do better.
    Retry(Failure),
    /// As with [`Retry`](Self::Retry), but the attempt may have been done, and must not be done twice.
    Doubt(Failure),
}

/// A failure that may pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    pub(super) kind: ErrorKind,
    pub(super) after: Option<Duration>,
}

impl Failure {
    /// A failure of this kind; events tell it.
    pub const fn new(kind: ErrorKind) -> Self {
        Self { kind, after: None }
    }

    /// How long the service asked to wait, if it did; see [`buckets::adapter::retry_after`].
    pub const fn after(mut self, wait: Option<Duration>) -> Self {
        self.after = wait;
        self
    }
}

/// Whether an attempt was done that ended in doubt.
#[derive(Debug)]
pub enum Finding<T, E> {
    /// It is known now how the call ended.
    Ended(Result<T, E>),
    /// It was not done, and may be repeated.
    NotDone,
    /// Asking failed, in a way that may pass.
    Failed(Failure),
    /// It cannot be told, and is not repeated.
    Unknown,
}

impl<R, T, E, F> Again<R, T, E> for F
where
    R: Clone,
    F: Fn(&R, &Result<T, E>) -> Verdict,
{
    fn again(&self, request: &R) -> Option<R> {
        Some(request.clone())
    }

    fn judge(&self, request: &R, result: &Result<T, E>, _: bool) -> Verdict {
        self(request, result)
    }
}
