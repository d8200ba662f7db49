use tower_layer::Layer;

use super::Resume;
use crate::retry::{RetryPolicy, Shared};

/// Goes on with downloads that break off; the [module](super) says how.
#[derive(Clone, Debug, Default)]
pub struct ResumeLayer {
    policy: RetryPolicy,
}

impl ResumeLayer {
    /// Asks for the rest of a body as often, and after such waits, as `policy` says.
    pub const fn new(policy: RetryPolicy) -> Self {
        Self { policy }
    }
}

impl<S> Layer<S> for ResumeLayer {
    type Service = Resume<S>;

    /// The service and its clones share one budget, unless the policy has one.
    fn layer(&self, inner: S) -> Self::Service {
        Resume::new(inner, Shared::new(&self.policy))
    }
}
