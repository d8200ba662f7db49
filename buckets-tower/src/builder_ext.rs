use tower::ServiceBuilder;
use tower::layer::util::Stack;

use crate::telemetry::TelemetryLayer;

/// The layers of this crate as methods of tower's [`ServiceBuilder`].
///
/// ```
/// use buckets::Cloud;
/// use buckets::adapter::{Backend, Memory};
/// use buckets_tower::ServiceBuilderExt;
/// use tower::ServiceBuilder;
///
/// let stack = ServiceBuilder::new().telemetry().concurrency_limit(8).service(Backend::new(Memory::new()));
/// let cloud = Cloud::over("uploads", "memory", stack).build();
/// ```
pub trait ServiceBuilderExt<L>: sealed::Sealed + Sized {
    /// Reports each operation; see [`telemetry`](crate::telemetry).
    fn telemetry(self) -> ServiceBuilder<Stack<TelemetryLayer, L>>;
}

impl<L> ServiceBuilderExt<L> for ServiceBuilder<L> {
    fn telemetry(self) -> ServiceBuilder<Stack<TelemetryLayer, L>> {
        self.layer(TelemetryLayer::new())
    }
}

mod sealed {
    pub trait Sealed {}

    impl<L> Sealed for tower::ServiceBuilder<L> {}
}
