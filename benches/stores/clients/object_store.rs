//! object_store, on S3 and on files.

use async_trait::async_trait;
use buckets_tests::components::seaweedfs::{ACCESS_KEY, BUCKET, SECRET_KEY};
use bytes::Bytes;
use futures_util::TryStreamExt;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, WriteMultipart};

use super::{ObjectClient, PART, PARTS_AT_ONCE, pieces};

pub(super) fn s3(endpoint: &str) -> Box<dyn ObjectClient> {
    let s3 = AmazonS3Builder::new()
        .with_bucket_name(BUCKET)
        .with_endpoint(endpoint)
        .with_allow_http(true)
        .with_region("us-east-1")
        .with_access_key_id(ACCESS_KEY)
        .with_secret_access_key(SECRET_KEY);
    Box::new(Peer(s3.build().expect("valid settings")))
}

pub(super) fn files(folder: &str) -> Box<dyn ObjectClient> {
    Box::new(Peer(LocalFileSystem::new_with_prefix(folder).expect("a folder")))
}

struct Peer<S>(S);

#[async_trait]
impl<S: ObjectStore> ObjectClient for Peer<S> {
    async fn put(&self, content: Bytes) {
        self.0.put(&Path::from("small"), content.into()).await.expect("stored");
    }

    async fn get(&self, name: &str) -> u64 {
        let content = self.0.get(&Path::from(name)).await.expect("is there").into_stream();
        content.try_fold(0, async |len, chunk| Ok(len + chunk.len() as u64)).await.expect("whole")
    }

    async fn head(&self) -> u64 {
        self.0.head(&Path::from("small")).await.expect("is there").size
    }

    async fn upload(&self, len: u64) {
        let upload = self.0.put_multipart(&Path::from("large")).await.expect("begun");
        let mut writer = WriteMultipart::new_with_chunk_size(upload, PART);
        for piece in pieces(len) {
            writer.wait_for_capacity(PARTS_AT_ONCE).await.expect("stored");
            writer.put(piece);
        }
        writer.finish().await.expect("completed");
    }
}
