//! The SDK by itself, with as little code as uploads in parts take.

use async_trait::async_trait;
use aws_sdk_s3::Client;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use buckets_tests::components::seaweedfs::{ACCESS_KEY, BUCKET, SECRET_KEY, client};
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, TryStreamExt, stream};

use super::{ObjectClient, PART, PARTS_AT_ONCE, pieces};

pub(super) fn s3(endpoint: &str) -> Box<dyn ObjectClient> {
    Box::new(Sdk(client(endpoint, "us-east-1", ACCESS_KEY, SECRET_KEY)))
}

struct Sdk(Client);

#[async_trait]
impl ObjectClient for Sdk {
    async fn put(&self, content: Bytes) {
        self.0.put_object().bucket(BUCKET).key("small").body(content.into()).send().await.expect("stored");
    }

    async fn get(&self, name: &str) -> u64 {
        let mut body = self.0.get_object().bucket(BUCKET).key(name).send().await.expect("is there").body;
        let mut len = 0;
        while let Some(chunk) = body.next().await {
            len += chunk.expect("whole").len() as u64;
        }
        len
    }

    async fn head(&self) -> u64 {
        let head = self.0.head_object().bucket(BUCKET).key("small").send().await.expect("is there");
        head.content_length().and_then(|len| len.try_into().ok()).expect("has a length")
    }

    async fn upload(&self, len: u64) {
        let (bucket, key) = (BUCKET, "large");
        let begun = self.0.create_multipart_upload().bucket(bucket).key(key).send().await.expect("begun");
        let id = begun.upload_id().expect("has an id");
        let parts = stream::iter(parts(len).zip(1..)).map(async |(content, number)| {
            let part = self.0.upload_part().bucket(bucket).key(key).upload_id(id).part_number(number);
            let sent = part.body(content.into()).send().await?;
            let tag = sent.e_tag().map(str::to_owned);
            Ok::<_, aws_sdk_s3::Error>(CompletedPart::builder().part_number(number).set_e_tag(tag).build())
        });
        let parts: Vec<_> = parts.buffered(PARTS_AT_ONCE).try_collect().await.expect("stored");
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
        let complete = self.0.complete_multipart_upload().bucket(bucket).key(key).upload_id(id);
        complete.multipart_upload(parts).send().await.expect("completed");
    }
}

fn parts(len: u64) -> impl Iterator<Item = Bytes> + Send {
    let mut pieces = pieces(len);
    std::iter::from_fn(move || {
        let mut part = BytesMut::with_capacity(PART);
        while part.len() < PART
            && let Some(piece) = pieces.next()
        {
            part.extend_from_slice(&piece);
        }
        (!part.is_empty()).then(|| part.freeze())
    })
}
