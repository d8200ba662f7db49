use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;

use super::client::{Bucket, sending};
use super::multipart::{self, Pieces, persistently};
use super::{S3, attributes, error, meta};
use crate::error::{Error, ErrorKind, Result};
use crate::key::Key;
use crate::operation::{Attributes, Checksum, Condition, ObjectMeta, Put, Stored};

/// The most content that is stored with one request, in bytes: a few parts' worth, because an upload in parts
/// takes at least three requests more.
const ONE_REQUEST: u64 = 16 * 1024 * 1024;

/// What is stored, but for its content.
#[derive(Clone)]
pub(super) struct Terms {
    pub(super) key: Key,
    pub(super) attributes: Attributes,
    pub(super) condition: Condition,
    pub(super) checksum: Option<Checksum>,
}

impl S3 {
    pub(super) async fn store(&self, put: Put) -> Result<Stored> {
        let Put { key, body, attributes, condition, checksum } = put;
        self.check_condition(&condition)?;
        let part_size = self.limits.part_size_for(body.remaining())?;
        // Only content that nothing above can send again is sent again here.
        let attempts = if body.try_clone().is_some() { 1 } else { self.limits.attempts };
        let terms = Terms { key, attributes, condition, checksum };
        // Content of unknown length has to be gathered to know: no more of it than will be sent at once.
        let most = body.remaining().map_or(ONE_REQUEST.min(part_size), |_| ONE_REQUEST) as usize;
        let mut pieces = Pieces::new(body);
        if !pieces.fit(most).await? {
            return multipart::store(self, terms, pieces, part_size).await;
        }
        let content = pieces.next(most).await?.unwrap_or_default();
        self.bucket.store_whole(terms, content, attempts).await
    }

    /// Refuses what S3 has not, or this server, before anything is sent.
    pub(super) fn check_condition(&self, condition: &Condition) -> Result<()> {
        if !condition.is_none() && !self.capabilities.conditional_put {
            return Err(Error::unsupported("writes on a condition"));
        }
        match condition.none_match_tag() {
            Some(Some(_)) => Err(Error::unsupported("a write on the condition that the object has not a certain tag")),
            _ => Ok(()),
        }
    }
}

impl Terms {
    /// Compares the content's checksum with the one that the caller knows.
    pub(super) fn check(&self, checksum: Checksum) -> Result<()> {
        match self.checksum {
            Some(expected) if expected != checksum => {
                Err(Error::new(ErrorKind::ChecksumMismatch, "the content does not have the checksum it was sent with")
                    .with_retryable(false))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn if_match(&self) -> Option<String> {
        self.condition.match_tag().map(|tag| tag.map_or_else(|| "*".to_owned(), |tag| tag.to_header()))
    }

    pub(super) fn if_none_match(&self) -> Option<String> {
        self.condition.none_match_tag().map(|_| "*".to_owned())
    }
}

impl Bucket {
    async fn store_whole(&self, terms: Terms, content: Bytes, attempts: u32) -> Result<Stored> {
        let checksum = Checksum::of(&content);
        terms.check(checksum)?;
        // Whether a condition held cannot be told from the answer to a second attempt.
        let attempts = if terms.condition.is_none() { attempts } else { 1 };
        let send = || async {
            let request = self
                .client
                .put_object()
                .bucket(&*self.name)
                .key(terms.key.as_str())
                .content_type(attributes::content_type(&terms.attributes))
                .set_cache_control(terms.attributes.cache_control().map(str::to_owned))
                .set_content_disposition(terms.attributes.content_disposition().map(str::to_owned))
                .set_metadata(attributes::metadata(&terms.attributes))
                .set_acl(self.acl.clone())
                .set_if_match(terms.if_match())
                .set_if_none_match(terms.if_none_match())
                .set_checksum_crc32_c(self.checksums.then(|| checksum.to_base64()))
                .body(ByteStream::from(content.clone()));
            let request = request.customize().config_override(sending(content.len()));
            request.send().await.map_err(|error| error::from_conditional(error, &terms.condition))
        };
        let answer = match attempts {
            1 => send().await?,
            _ => persistently(attempts, send).await?,
        };
        let mut stored = ObjectMeta::new(terms.key, content.len() as u64);
        stored.etag = meta::etag(answer.e_tag);
        stored.checksum = self.checksums.then_some(checksum);
        stored.attributes = terms.attributes;
        Ok(Stored::new(stored))
    }
}
