//! OpenDAL's memory service: bare, under its Prometheus layer, and under a full stack.

use bytes::Bytes;
use opendal_core::services::Memory;
use opendal_core::{Buffer, Metadata, Operator};
use opendal_layer_concurrent_limit::ConcurrentLimitLayer;
use opendal_layer_prometheus::PrometheusLayer;
use opendal_layer_retry::RetryLayer;
use opendal_layer_timeout::TimeoutLayer;
use opendal_layer_tracing::TracingLayer;

/// An operator that is asked for one object.
pub(crate) struct OneObject(Operator);

/// Without any layer.
pub(crate) fn bare() -> OneObject {
    OneObject(Operator::new(Memory::default()).expect("the memory service needs no configuration"))
}

/// With metrics for a registry of its own.
pub(crate) fn with_prometheus() -> OneObject {
    let layer = PrometheusLayer::builder().register(&prometheus::Registry::new());
    OneObject(bare().0.layer(layer.expect("nothing else is in the registry")))
}

/// With all that one puts around a store in a service: a limit, timeouts, retries, spans for `tracing`,
/// which has no subscriber here, and metrics.
pub(crate) fn with_all_layers() -> OneObject {
    let metrics = PrometheusLayer::builder().register(&prometheus::Registry::new());
    let operator = bare()
        .0
        .layer(ConcurrentLimitLayer::new(1024))
        .layer(TimeoutLayer::default())
        .layer(RetryLayer::default())
        .layer(TracingLayer::new())
        .layer(metrics.expect("nothing else is in the registry"));
    OneObject(operator)
}

impl OneObject {
    pub(crate) async fn put(&self, content: Bytes) {
        self.0.write(KEY, content).await.expect("memory takes any object");
    }

    pub(crate) async fn get(&self) -> Buffer {
        self.0.read(KEY).await.expect("the object has been put")
    }

    pub(crate) async fn head(&self) -> Metadata {
        self.0.stat(KEY).await.expect("the object has been put")
    }
}

const KEY: &str = "folder/object.bin";
