use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};

use buckets::telemetry::{Candidate, Sampler};
use tower_service::Service;

use crate::telemetry::{ByOperation, Describe};

/// A service whose requests carry a decision; made by [`SamplingLayer`](super::SamplingLayer).
#[derive(Clone)]
pub struct Sampled<S, D = ByOperation> {
    inner: S,
    sampler: Arc<dyn Sampler>,
    describe: D,
}

impl<S, D> Sampled<S, D> {
    pub(super) const fn new(inner: S, sampler: Arc<dyn Sampler>, describe: D) -> Self {
        Self { inner, sampler, describe }
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
}

impl<S, R, D> Service<R> for Sampled<S, D>
where
    S: Service<R>,
    D: Describe<R>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: R) -> Self::Future {
        let scope = self.describe.scope(&request);
        if scope.is_active() {
            let description = self.describe.describe(&request);
            if !description.start.sampling.is_decided() {
                let candidate = Candidate::new(scope, description.name).with_operation(description.operation_name());
                let sampling = self.sampler.sample(&candidate);
                self.describe.carry(&mut request, sampling);
            }
        }
        self.inner.call(request)
    }
}

impl<S: fmt::Debug, D> fmt::Debug for Sampled<S, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sampled").field("inner", &self.inner).finish_non_exhaustive()
    }
}
