//! Our memory adapter under a static `Cloud`.

use buckets::adapter::{Backend, Memory};
use buckets::operation::{Get, Head, ObjectMeta, Put};
use buckets::store::Store;
use buckets::{Cloud, Key};
use bytes::Bytes;

/// A cloud that is asked for one object.
pub(crate) struct OneObject<S> {
    cloud: Cloud<S>,
    key: Key,
}

/// Without any layer or handler.
pub(crate) fn bare() -> OneObject<Backend<Memory>> {
    OneObject { cloud: Cloud::new("main", Memory::new()), key: Key::new("folder/object.bin").expect("a plain key") }
}

impl<S: Store> OneObject<S> {
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
