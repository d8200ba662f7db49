use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::types::{ChecksumAlgorithm, ChecksumType, CompletedMultipartUpload, CompletedPart};

use super::super::client::{Bucket, server_side};
use super::super::put::Terms;
use super::super::{S3, attributes, error, meta};
use super::orphans::{Orphans, Upload};
use super::persistently;
use crate::error::{Error, ErrorKind, Result};
use crate::key::Key;
use crate::operation::{Attributes, Checksum, Condition, ETag};

/// An upload in parts that was begun: dropped before it is finished, it is aborted.
pub(super) struct Unfinished {
    upload: Upload,
    is_finished: bool,
    orphans: Arc<Orphans>,
}

/// What the parts are together.
pub(super) struct Whole {
    pub(super) parts: Vec<CompletedPart>,
    pub(super) size: u64,
    /// Its checksum, where the store is to know it.
    pub(super) checksum: Option<Checksum>,
}

impl Unfinished {
    /// Begins an upload. In a task of its own, so that an upload that began is known even if nobody waits for it any more.
    pub(super) async fn begin(s3: &S3, terms: &Terms) -> Result<Self> {
        let (s3, terms) = (s3.clone(), terms.clone());
        let begun = tokio::spawn(async move {
            let id = persistently(s3.limits.attempts, || begin(&s3.bucket, &terms)).await?;
            let upload = Upload { bucket: s3.bucket, key: terms.key, id: id.into() };
            Ok(Self { upload, is_finished: false, orphans: s3.orphans })
        });
        begun.await.unwrap_or_else(|_| Err(Error::new(ErrorKind::Cancelled, "the runtime is shutting down")))
    }

    pub(super) fn upload(&self) -> &Upload {
        &self.upload
    }

    /// Puts the parts together, and gives the tag of what that makes.
    pub(super) async fn finish(mut self, attempts: u32, terms: &Terms, whole: &mut Whole) -> Result<Option<ETag>> {
        whole.parts.sort_unstable_by_key(|part| part.part_number);
        let whole = &*whole;
        let asked = AtomicBool::new(false);
        let tag = persistently(attempts, || async {
            let again = asked.swap(true, Ordering::Relaxed);
            match complete(&self.upload, terms, whole).await {
                // It was done the first time, and only the answer was lost.
                Err(Incomplete::NoSuchUpload(error)) if again => find(&self.upload, whole).await?.ok_or(error),
                Err(Incomplete::NoSuchUpload(error) | Incomplete::WrongParts(error) | Incomplete::Other(error)) => {
                    Err(error)
                }
                Ok(tag) => Ok(tag),
            }
        });
        let tag = tag.await?;
        self.is_finished = true;
        Ok(tag)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.is_finished {
            self.orphans.give_up(self.upload.clone());
        }
    }
}

/// Begins an upload, and gives its id.
pub(in super::super) async fn begin(bucket: &Bucket, terms: &Terms) -> Result<String> {
    let request = bucket
        .client
        .create_multipart_upload()
        .bucket(&*bucket.name)
        .key(terms.key.as_str())
        .content_type(attributes::content_type(&terms.attributes))
        .set_cache_control(terms.attributes.cache_control().map(str::to_owned))
        .set_content_disposition(terms.attributes.content_disposition().map(str::to_owned))
        .set_metadata(attributes::metadata(&terms.attributes))
        .set_acl(bucket.acl.clone())
        .set_checksum_algorithm(bucket.checksums.then_some(ChecksumAlgorithm::Crc32C))
        .set_checksum_type(bucket.checksums.then_some(ChecksumType::FullObject));
    let answer = request.send().await.map_err(error::from_sdk)?;
    answer.upload_id.ok_or_else(error::not_understood)
}

/// Puts parts together that others have sent.
pub(in super::super) async fn put_together(s3: &S3, key: &Key, id: &str, mut parts: Vec<CompletedPart>) -> Result<()> {
    parts.sort_unstable_by_key(|part| part.part_number);
    let upload = Upload { bucket: s3.bucket.clone(), key: key.clone(), id: id.into() };
    let terms = Terms { key: key.clone(), attributes: Attributes::new(), condition: Condition::none(), checksum: None };
    match complete(&upload, &terms, &Whole { parts, size: 0, checksum: None }).await {
        Err(Incomplete::WrongParts(error)) => {
            Err(Error::invalid("a part was not sent, or not as told; send it again").with_source(error))
        }
        Err(Incomplete::NoSuchUpload(error) | Incomplete::Other(error)) => Err(error),
        Ok(_) => Ok(()),
    }
}

/// Aborts an upload whose parts others have sent.
pub(in super::super) async fn abort(s3: &S3, key: Key, id: &str) -> Result<()> {
    s3.orphans.abort(&Upload { bucket: s3.bucket.clone(), key, id: id.into() }).await
}

enum Incomplete {
    /// The store does not know the upload: it is finished, or was aborted.
    NoSuchUpload(Error),
    /// The store has not these parts.
    WrongParts(Error),
    Other(Error),
}

async fn complete(upload: &Upload, terms: &Terms, whole: &Whole) -> Result<Option<ETag>, Incomplete> {
    let Upload { bucket, key, id } = upload;
    let parts = CompletedMultipartUpload::builder().set_parts(Some(whole.parts.clone())).build();
    let request = bucket
        .client
        .complete_multipart_upload()
        .bucket(&*bucket.name)
        .key(key.as_str())
        .upload_id(&**id)
        .multipart_upload(parts)
        .set_if_match(terms.if_match())
        .set_if_none_match(terms.if_none_match())
        .set_checksum_type(whole.checksum.map(|_| ChecksumType::FullObject))
        .set_checksum_crc32_c(whole.checksum.map(Checksum::to_base64));
    match request.customize().config_override(server_side()).send().await {
        Ok(answer) => Ok(meta::etag(answer.e_tag)),
        Err(error) if error.code() == Some("NoSuchUpload") => Err(Incomplete::NoSuchUpload(error::from_sdk(error))),
        Err(error) if matches!(error.code(), Some("InvalidPart" | "InvalidPartOrder")) => {
            Err(Incomplete::WrongParts(error::from_sdk(error)))
        }
        Err(error) => Err(Incomplete::Other(error::from_conditional(error, &terms.condition))),
    }
}

/// The tag of the object, if it is what the parts make.
async fn find(upload: &Upload, whole: &Whole) -> Result<Option<Option<ETag>>> {
    let found = upload.bucket.look_up(upload.key.clone()).await?;
    // The tag of an object made of parts ends in their number.
    let ending = format!("-{}", whole.parts.len());
    let is_same = match (found.checksum, whole.checksum) {
        (Some(found), Some(sent)) => found == sent,
        _ => found.etag.as_ref().is_some_and(|tag| tag.as_str().ends_with(&ending)),
    };
    Ok((is_same && found.size == whole.size).then_some(found.etag))
}
