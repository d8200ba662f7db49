use std::fmt;
use std::task::{Context, Poll};

use buckets::Error;
use tower_service::Service;

use super::future::{Limiting, State, Waiting};
use super::{Admission, Entry, Origin, ResponseFuture};
use crate::telemetry::{ByOperation, Describe};

/// A service whose calls must be admitted; made by [`LimitLayer`](super::LimitLayer).
#[derive(Clone, Copy)]
pub struct Limit<S, A, D = ByOperation> {
    inner: S,
    admission: A,
    describe: D,
}

impl<S, A, D> Limit<S, A, D> {
    pub(super) const fn new(inner: S, admission: A, describe: D) -> Self {
        Self { inner, admission, describe }
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

impl<S, R, A, D> Service<R> for Limit<S, A, D>
where
    S: Service<R, Error: From<Error>> + Clone,
    A: Admission<S::Response, S::Error>,
    D: Describe<R>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = ResponseFuture<S, R, A>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: R) -> Self::Future {
        let admission = self.admission.clone();
        match self.admission.admit() {
            Entry::Now(permit) => {
                let tells = A::TELLS_OF_RESULTS;
                let origin = if tells { Origin::of(&request, &self.describe) } else { Origin::nobody() };
                // Made where it stays: to be handed over, a whole stack's future would be moved once more.
                ResponseFuture {
                    state: State::Running { future: self.inner.call(request), permit: Some(permit), origin },
                    admission,
                }
            }
            Entry::Later(wait) => {
                let origin = Origin::of(&request, &self.describe);
                let clone = self.inner.clone();
                let ready = std::mem::replace(&mut self.inner, clone);
                let limit = Limiting { limited: A::LIMITED, admission: admission.clone(), occupancy: A::occupancy };
                let waiting = Waiting::new(ready, request, limit, origin);
                ResponseFuture { state: State::Waiting { wait, waiting }, admission }
            }
            Entry::Never(error) => {
                Origin::of(&request, &self.describe).refused(A::LIMITED);
                let operation = self.describe.describe(&request).operation_name();
                let error = Some(error.with_operation(operation).into());
                ResponseFuture { state: State::Refused { error }, admission }
            }
        }
    }
}

impl<S: fmt::Debug, A: fmt::Debug, D> fmt::Debug for Limit<S, A, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limit").field("inner", &self.inner).field("admission", &self.admission).finish()
    }
}
