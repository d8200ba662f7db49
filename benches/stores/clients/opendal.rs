//! OpenDAL, on S3 and on files.

use async_trait::async_trait;
use buckets_tests::components::seaweedfs::{ACCESS_KEY, BUCKET, SECRET_KEY};
use bytes::Bytes;
use futures_util::TryStreamExt;
use opendal_core::Operator;
use opendal_service_fs::Fs;
use opendal_service_s3::S3;

use super::{ObjectClient, PART, PARTS_AT_ONCE, pieces};

pub(super) fn s3(endpoint: &str) -> Box<dyn ObjectClient> {
    opendal_http_transport_reqwest::install_default();
    let s3 = S3::default()
        .bucket(BUCKET)
        .endpoint(endpoint)
        .region("us-east-1")
        .access_key_id(ACCESS_KEY)
        .secret_access_key(SECRET_KEY)
        .disable_config_load()
        .disable_ec2_metadata();
    Box::new(Peer(Operator::new(s3).expect("valid settings")))
}

pub(super) fn files(folder: &str) -> Box<dyn ObjectClient> {
    Box::new(Peer(Operator::new(Fs::default().root(folder)).expect("a folder")))
}

struct Peer(Operator);

#[async_trait]
impl ObjectClient for Peer {
    async fn put(&self, content: Bytes) {
        self.0.write("small", content).await.expect("stored");
    }

    async fn get(&self, name: &str) -> u64 {
        let reader = self.0.reader(name).await.expect("is there");
        let content = reader.into_bytes_stream(..).await.expect("is there");
        content.try_fold(0, async |len, chunk| Ok(len + chunk.len() as u64)).await.expect("whole")
    }

    async fn head(&self) -> u64 {
        self.0.stat("small").await.expect("is there").content_length()
    }

    async fn upload(&self, len: u64) {
        let writer = self.0.writer_with("large").chunk(PART).concurrent(PARTS_AT_ONCE);
        let mut writer = writer.await.expect("begun");
        for piece in pieces(len) {
            writer.write(piece).await.expect("stored");
        }
        writer.close().await.expect("completed");
    }
}
