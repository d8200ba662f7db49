use std::fmt;
use std::task::{Context, Poll};

use buckets::{Error, ErrorKind};
use tower_layer::Layer;
use tower_service::Service;

use super::{Limited, Origin};
use crate::Refusable;
use crate::telemetry::{ByOperation, Describe};

/// Refuses calls that the service below is not ready for, rather than let them wait.
///
/// For layers that make calls wait by not being ready, as those of tower do; the limits of this
/// library are told by themselves what to refuse, such as by
/// [`Concurrency::max_waiting`](super::Concurrency::max_waiting). As tower's `load_shed`, but it
/// keeps the error type, and tells.
#[derive(Clone, Copy, Default)]
pub struct LoadShedLayer<D = ByOperation> {
    describe: D,
}

impl LoadShedLayer {
    /// Refuses what would have to wait.
    pub const fn new() -> Self {
        Self { describe: ByOperation }
    }
}

impl<D> LoadShedLayer<D> {
    /// Takes requests of another kind than this library's, told apart by `describe`.
    pub fn describing<New>(self, describe: New) -> LoadShedLayer<New> {
        LoadShedLayer { describe }
    }
}

impl<S, D: Clone> Layer<S> for LoadShedLayer<D> {
    type Service = LoadShed<S, D>;

    fn layer(&self, inner: S) -> Self::Service {
        LoadShed { inner, describe: self.describe.clone(), is_ready: false }
    }
}

/// A service that is always ready; made by [`LoadShedLayer`].
pub struct LoadShed<S, D = ByOperation> {
    inner: S,
    describe: D,
    is_ready: bool,
}

impl<S: Clone, D: Clone> Clone for LoadShed<S, D> {
    /// Another one, which has not asked yet whether the service below is ready.
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), describe: self.describe.clone(), is_ready: false }
    }
}

impl<S, R, D> Service<R> for LoadShed<S, D>
where
    S: Service<R, Error: From<Error>>,
    D: Describe<R>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Refusable<S::Future, S::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.is_ready = match self.inner.poll_ready(context) {
            Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
            polled => polled.is_ready(),
        };
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: R) -> Self::Future {
        if std::mem::take(&mut self.is_ready) {
            return Refusable::passed(self.inner.call(request));
        }
        Origin::of(&request, &self.describe).refused(Limited::Load);
        let error = Error::new(ErrorKind::Overloaded, "the stack is busy; this operation was refused");
        let error = error.with_operation(self.describe.describe(&request).operation_name());
        Refusable::refused(error.into())
    }
}

impl<D> fmt::Debug for LoadShedLayer<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LoadShedLayer")
    }
}

impl<S: fmt::Debug, D> fmt::Debug for LoadShed<S, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoadShed").field("inner", &self.inner).finish_non_exhaustive()
    }
}
