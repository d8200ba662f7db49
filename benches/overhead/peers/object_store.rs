//! object_store's in-memory store.

use bytes::Bytes;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStoreExt, PutPayload};

pub(crate) struct Store {
    store: InMemory,
    path: Path,
}

impl Store {
    pub(crate) fn new() -> Self {
        Self { store: InMemory::new(), path: Path::from("folder/object.bin") }
    }

    pub(crate) async fn put(&self, content: Bytes) {
        self.store.put(&self.path, PutPayload::from_bytes(content)).await.expect("memory takes any object");
    }

    pub(crate) async fn get(&self) -> Bytes {
        let answer = self.store.get(&self.path).await.expect("the object has been put");
        answer.bytes().await.expect("the content is in memory")
    }

    pub(crate) async fn head(&self) -> ObjectMeta {
        self.store.head(&self.path).await.expect("the object has been put")
    }
}
