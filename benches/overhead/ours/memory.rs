//! Our memory adapter under a static `Cloud`.

use std::time::Duration;

use buckets::adapter::{Backend, Memory};
use buckets::handlers::prometheus::Prometheus;
use buckets::handlers::sentry::Sentry;
use buckets::operation::{Get, Head, ObjectMeta, Put};
use buckets::store::Store;
use buckets::telemetry::{Dispatcher, Ratio};
use buckets::{Cloud, Key};
use buckets_tower::{
    Concurrency, LimitLayer, RetryLayer, SamplingLayer, SentryLayer, Telemetry, TelemetryLayer, TimeoutLayer,
};
use bytes::Bytes;
use tower::ServiceBuilder;

use crate::peers;

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

/// With all that one puts around a store in a service: telemetry with metrics, Sentry, which has no
/// client here, sampling, a limit, retries and timeouts.
pub(crate) fn with_all_layers() -> OneObject<impl Store> {
    let dispatcher = Dispatcher::new();
    Prometheus::new().attach(&dispatcher).expect("nothing else is attached");
    let cloud = Cloud::builder("main", Memory::new())
        .layer(TimeoutLayer::new(MINUTE).idle(MINUTE))
        .layer(RetryLayer::default())
        .layer(LimitLayer::new(Concurrency::new(1024)))
        .layer(SentryLayer::new(Sentry::new()))
        .layer(TelemetryLayer::new())
        .layer(SamplingLayer::new(Ratio::new(0.1)));
    OneObject::new(cloud.dispatcher(dispatcher).build())
}

/// With a limit, retries and timeouts, and nothing that tells of them.
pub(crate) fn with_control_layers() -> OneObject<impl Store> {
    let cloud = Cloud::builder("main", Memory::new())
        .layer(TimeoutLayer::new(MINUTE))
        .layer(RetryLayer::default())
        .layer(LimitLayer::new(Concurrency::new(1024)));
    OneObject::new(cloud.dispatcher(Dispatcher::new()).build())
}

/// With the same of tower's own make, none of which ever acts here.
pub(crate) fn with_layers_of_tower() -> OneObject<impl Store> {
    let stack = ServiceBuilder::new()
        .concurrency_limit(1024)
        .retry(peers::tower::Never)
        .timeout(MINUTE)
        .service(Backend::new(Memory::new()));
    OneObject::new(Cloud::over("main", "memory", stack).dispatcher(Dispatcher::new()).build())
}

const MINUTE: Duration = Duration::from_secs(60);

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
