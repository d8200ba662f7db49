use aws_sdk_s3::types::ChecksumMode;

use super::client::Bucket;
use super::{attributes, error, meta};
use crate::error::Result;
use crate::key::Key;
use crate::operation::ObjectMeta;

impl Bucket {
    pub(super) async fn look_up(&self, key: Key) -> Result<ObjectMeta> {
        let request = self
            .client
            .head_object()
            .bucket(&*self.name)
            .key(key.as_str())
            .set_checksum_mode(self.checksums.then_some(ChecksumMode::Enabled));
        let answer = request.send().await.map_err(error::from_sdk)?;
        let size = meta::size(answer.content_length).ok_or_else(error::not_understood)?;
        let mut found = ObjectMeta::new(key, size);
        found.checksum = meta::checksum(answer.checksum_crc32_c(), answer.checksum_type());
        found.etag = meta::etag(answer.e_tag);
        found.last_modified = meta::time(answer.last_modified);
        found.attributes = attributes::from_answer(
            answer.content_type,
            answer.cache_control,
            answer.content_disposition,
            answer.metadata,
        );
        Ok(found)
    }
}
