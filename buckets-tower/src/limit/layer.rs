use std::fmt;

use tower_layer::Layer;

use super::Limit;
use crate::telemetry::ByOperation;

/// Puts an [`Admission`](super::Admission) before each call; the [module](super) says what that does.
///
/// The services that it and its clones make share the limit. `D` says of a request to which operation
/// events [belong](crate::telemetry::Describe).
#[derive(Clone, Copy)]
pub struct LimitLayer<A, D = ByOperation> {
    admission: A,
    describe: D,
}

impl<A> LimitLayer<A> {
    /// Lets through what `admission` admits.
    pub const fn new(admission: A) -> Self {
        Self { admission, describe: ByOperation }
    }
}

impl<A, D> LimitLayer<A, D> {
    /// Takes requests of another kind than this library's, told apart by `describe`.
    pub fn describing<New>(self, describe: New) -> LimitLayer<A, New> {
        LimitLayer { admission: self.admission, describe }
    }
}

impl<S, A: Clone, D: Clone> Layer<S> for LimitLayer<A, D> {
    type Service = Limit<S, A, D>;

    fn layer(&self, inner: S) -> Self::Service {
        Limit::new(inner, self.admission.clone(), self.describe.clone())
    }
}

impl<A: fmt::Debug, D> fmt::Debug for LimitLayer<A, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("LimitLayer").field(&self.admission).finish()
    }
}
