//! OpenDAL's memory service, bare and under its Prometheus layer.

use bytes::Bytes;
use opendal_core::services::Memory;
use opendal_core::{Buffer, Operator};
use opendal_layer_prometheus::PrometheusLayer;

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

impl OneObject {
    pub(crate) async fn put(&self, content: Bytes) {
        self.0.write(KEY, content).await.expect("memory takes any object");
    }

    pub(crate) async fn get(&self) -> Buffer {
        self.0.read(KEY).await.expect("the object has been put")
    }
}

const KEY: &str = "folder/object.bin";
