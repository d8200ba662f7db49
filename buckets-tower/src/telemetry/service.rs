use std::fmt;
use std::task::{Context, Poll};

use buckets::telemetry::Span;
use tower_service::Service;

use super::future::Observed;
use super::{ByOperation, ByResult, Conclude, Describe, ResponseFuture};

/// A service whose calls are reported; made by [`TelemetryLayer`](super::TelemetryLayer).
#[derive(Clone, Copy)]
pub struct Telemetry<S, D = ByOperation, C = ByResult> {
    inner: S,
    describe: D,
    conclude: C,
}

impl<S, D, C> Telemetry<S, D, C> {
    pub(super) const fn new(inner: S, describe: D, conclude: C) -> Self {
        Self { inner, describe, conclude }
    }

    /// The service below.
    pub const fn get_ref(&self) -> &S {
        &self.inner
    }

    /// The service below.
    pub const fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// The service below.
    pub fn into_inner(self) -> S {
        self.inner
    }

    /// Begins the span of `request`, if anybody listens.
    fn begin<R>(&self, request: &mut R) -> Option<Observed<C>>
    where
        D: Describe<R>,
        C: Clone,
    {
        let scope = self.describe.scope(request);
        if !scope.is_active() {
            return None;
        }
        let description = self.describe.describe(request);
        let expectation = description.expectation;
        let span = Span::start_with(scope, description.name, || description.start);
        if !span.is_enabled() {
            return None;
        }
        self.describe.enter(request, &span);
        let progress = self.describe.progress(request);
        Some(Observed { span, expectation, progress, conclude: self.conclude.clone(), is_parent: true })
    }
}

impl<S, R, D, C> Service<R> for Telemetry<S, D, C>
where
    S: Service<R>,
    D: Describe<R>,
    C: Conclude<S::Response, S::Error> + Clone,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future, C>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: R) -> Self::Future {
        let mut observed = self.begin(&mut request);
        let inner = match &mut observed {
            // A service may do its work here, and panic here.
            Some(observed) => observed.run(|| self.inner.call(request)),
            None => self.inner.call(request),
        };
        ResponseFuture::new(inner, observed)
    }
}

impl<S: fmt::Debug, D, C> fmt::Debug for Telemetry<S, D, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Telemetry").field("inner", &self.inner).finish_non_exhaustive()
    }
}
