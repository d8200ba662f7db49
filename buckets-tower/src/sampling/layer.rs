use std::fmt;
use std::sync::Arc;

use buckets::telemetry::Sampler;
use tower_layer::Layer;

use super::Sampled;
use crate::telemetry::ByOperation;

/// Decides which requests are told to sampled sinks; the [module](super) says how.
#[derive(Clone)]
pub struct SamplingLayer<D = ByOperation> {
    sampler: Arc<dyn Sampler>,
    describe: D,
}

impl SamplingLayer {
    /// Decides about the operations of this library.
    pub fn new(sampler: impl Sampler) -> Self {
        Self::describing(sampler, ByOperation)
    }
}

impl<D> SamplingLayer<D> {
    /// Decides about the requests of any service; `describe` says what they are, and carries the decision.
    pub fn describing(sampler: impl Sampler, describe: D) -> Self {
        Self { sampler: Arc::new(sampler), describe }
    }
}

impl<S, D: Clone> Layer<S> for SamplingLayer<D> {
    type Service = Sampled<S, D>;

    fn layer(&self, inner: S) -> Self::Service {
        Sampled::new(inner, Arc::clone(&self.sampler), self.describe.clone())
    }
}

impl<D> fmt::Debug for SamplingLayer<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SamplingLayer")
    }
}
