//! Our memory adapter under a static `Cloud`.

use buckets::adapter::{Backend, Memory};
use buckets::handlers::prometheus::Prometheus;
use buckets::operation::{Get, Head, ObjectMeta, Put};
use buckets::store::Store;
use buckets::telemetry::Dispatcher;
use buckets::{Cloud, Key};
use buckets_tower::{Telemetry, TelemetryLayer};
use bytes::Bytes;

/// A cloud that is asked for one object.
pub(crate) struct OneObject<S> {
    cloud: Cloud<S>,
    key: Key,
}

/// Without any layer or handler.
pub(crate) fn bare() -> OneObject<Backend<Memory>> {
    OneObject::new(Cloud::new("main", Memory::new()))
}

/// With the telemetry layer and metrics for Prometheus.
pub(crate) fn with_prometheus() -> OneObject<Telemetry<Backend<Memory>>> {
    let dispatcher = Dispatcher::new();
    Prometheus::new().attach(&dispatcher).expect("nothing else is attached");
    OneObject::new(Cloud::builder("main", Memory::new()).layer(TelemetryLayer::new()).dispatcher(dispatcher).build())
}

impl<S: Store> OneObject<S> {
    fn new(cloud: Cloud<S>) -> Self {
        Self { cloud, key: Key::new("folder/object.bin").expect("a plain key") }
    }

    pub(crate) async fn put(&self, content: Bytes) {
        self.cloud.call(Put::new(self.key.clone(), content)).await.expect("memory takes any object");
    }

    pub(crate) async fn get(&self) -> Bytes {
        let fetched = self.cloud.call(Get::new(self.key.clone())).await.expect("the object has been put");
        fetched.body.collect(u64::MAX).await.expect("the content is in memory")
    }

    pub(crate) async fn head(&self) -> ObjectMeta {
        self.cloud.call(Head::new(self.key.clone())).await.expect("the object has been put")
    }
}
