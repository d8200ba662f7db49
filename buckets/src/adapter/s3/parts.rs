//! Uploads in parts that others send, such as browsers: for files that are too large for one request, or that are to go on
//! where they broke off.

use std::fmt;
use std::ops::RangeInclusive;
use std::time::{Duration, SystemTime};

use aws_sdk_s3::types::CompletedPart;
use serde::{Deserialize, Serialize};

use super::multipart::{self, MOST_PARTS};
use super::put::Terms;
use super::{S3, error, sign};
use crate::error::{Error, Result};
use crate::key::Key;
use crate::operation::{
    Attributes, Condition, CustomOp, CustomReply, ETag, Operation, Sign, SignedMethod, SignedUrl, Stored,
};

/// Begins an upload whose parts others send.
///
/// ```
/// use std::time::Duration;
///
/// use buckets::adapter::s3::{BeginParts, FinishParts, SentPart, SignParts};
/// use buckets::{Attributes, Cloud, Key};
///
/// # async fn upload(cloud: Cloud, sent: Vec<SentPart>) -> buckets::Result<()> {
/// let video = Attributes::new().with_content_type("video/mp4")?;
/// let upload = cloud.call(BeginParts::new(Key::new("videos/1.mp4")?, video)).await?;
/// let links = cloud.call(SignParts::new(upload.clone(), 1..=8, Duration::from_secs(3600))).await?;
/// // To the browser, which sends a slice of the file to each, and tells the `ETag` of each answer.
/// # drop(links);
/// let stored = cloud.call(FinishParts::new(upload, sent)).await?;
/// assert_eq!(stored.meta.key.as_str(), "videos/1.mp4");
/// # Ok(())
/// # }
/// # let _ = upload;
/// ```
///
/// All four of these are operations of [`Cloud::call`](crate::Cloud::call), seen by every layer; other adapters answer
/// [`Unsupported`](crate::ErrorKind::Unsupported). An upload that is neither [finished](FinishParts) nor [aborted](AbortParts)
/// costs money until a [sweep](S3::sweep) or a rule of the bucket ends it. It has no checksum of the whole.
#[derive(Clone, Debug)]
pub struct BeginParts {
    key: Key,
    attributes: Attributes,
}

impl BeginParts {
    /// Of an object that will be at `key` and have these attributes.
    pub fn new(key: Key, attributes: Attributes) -> Self {
        Self { key, attributes }
    }
}

impl Operation for BeginParts {
    type Output = PartsUpload;
    const NAME: &'static str = "begin_parts";
}

/// An upload whose parts others send. Keep it where your program keeps things: whoever can change it can change where the
/// object will be.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartsUpload {
    key: Key,
    id: String,
}

impl PartsUpload {
    /// Where the object will be.
    pub fn key(&self) -> &Key {
        &self.key
    }
}

impl fmt::Debug for PartsUpload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PartsUpload").field("key", &self.key).finish_non_exhaustive()
    }
}

/// Makes links for parts, each a `PUT`: of 5 MiB or more, but for the last, and of 5 GiB at most. Ask again for those that
/// expired, or that are to be sent once more.
#[derive(Clone, Debug)]
pub struct SignParts {
    upload: PartsUpload,
    numbers: RangeInclusive<u16>,
    expires_in: Duration,
    size: Option<u64>,
}

impl SignParts {
    /// For the parts with these numbers, 1 to 10 000, good for so long, 1 second to 7 days.
    pub fn new(upload: PartsUpload, numbers: RangeInclusive<u16>, expires_in: Duration) -> Self {
        Self { upload, numbers, expires_in, size: None }
    }

    /// Binds each part to a size in bytes. For the last one, which has another, sign it by itself.
    pub fn with_size(mut self, bytes: u64) -> Self {
        self.size = Some(bytes);
        self
    }
}

impl Operation for SignParts {
    /// The links in the order of the parts.
    type Output = Vec<SignedUrl>;
    const NAME: &'static str = "sign_parts";
}

/// Makes the object of its parts: all of it, or an error and nothing; then the upload goes on.
///
/// An upload that ended already is [`NotFound`](crate::ErrorKind::NotFound), unless the store remembers that this is how it ended; after
/// a lost answer, a look tells whether the object is there. Parts that were not sent, or not as told, are
/// [`InvalidInput`](crate::ErrorKind::InvalidInput).
#[derive(Clone, Debug)]
pub struct FinishParts {
    upload: PartsUpload,
    parts: Vec<SentPart>,
}

/// A part that was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentPart {
    /// Its number, from 1.
    pub number: u16,
    /// The `ETag` of the answer to it.
    pub etag: ETag,
}

impl FinishParts {
    /// Of these parts, in any order.
    pub fn new(upload: PartsUpload, parts: Vec<SentPart>) -> Self {
        Self { upload, parts }
    }
}

impl Operation for FinishParts {
    type Output = Stored;
    const NAME: &'static str = "finish_parts";
}

/// Ends an upload without an object; that there is none such is as good.
#[derive(Clone, Debug)]
pub struct AbortParts {
    upload: PartsUpload,
}

impl AbortParts {
    /// Of this upload.
    pub fn new(upload: PartsUpload) -> Self {
        Self { upload }
    }
}

impl Operation for AbortParts {
    type Output = ();
    const NAME: &'static str = "abort_parts";
}

impl S3 {
    /// Does one of the operations of this file.
    pub(super) async fn do_parts(&self, op: CustomOp) -> Result<CustomReply> {
        let op = match op.downcast::<BeginParts>() {
            Ok(op) => return self.begin_parts(op).await.map(CustomReply::new::<BeginParts>),
            Err(op) => op,
        };
        let op = match op.downcast::<SignParts>() {
            Ok(op) => return self.sign_parts(op).await.map(CustomReply::new::<SignParts>),
            Err(op) => op,
        };
        let op = match op.downcast::<FinishParts>() {
            Ok(op) => return self.finish_parts(op).await.map(CustomReply::new::<FinishParts>),
            Err(op) => op,
        };
        match op.downcast::<AbortParts>() {
            Ok(op) => self.abort_parts(op).await.map(CustomReply::new::<AbortParts>),
            Err(op) => Err(Error::unsupported(op.name())),
        }
    }

    async fn begin_parts(&self, op: BeginParts) -> Result<PartsUpload> {
        let BeginParts { key, attributes } = op;
        let terms = Terms { key: key.clone(), attributes, condition: Condition::none(), checksum: None };
        // Who sends the parts would have to send the checksum of each.
        let bucket = self.bucket.without_checksums();
        Ok(PartsUpload { key, id: multipart::begin(&bucket, &terms).await? })
    }

    async fn sign_parts(&self, op: SignParts) -> Result<Vec<SignedUrl>> {
        let SignParts { upload: PartsUpload { key, id }, numbers, expires_in, size } = op;
        if *numbers.start() < 1 || u64::from(*numbers.end()) > MOST_PARTS {
            return Err(Error::invalid("parts have the numbers 1 to 10 000"));
        }
        // Refuses what no link is good for.
        let part = Sign::new(key, SignedMethod::Put, expires_in)?;
        let (presigning, expires_at) = sign::good_for(SystemTime::now(), part.whole_seconds())?;
        let size = sign::length(size)?;
        let mut links = Vec::new();
        for number in numbers {
            let request = self
                .bucket
                .client
                .upload_part()
                .bucket(&*self.bucket.name)
                .key(part.key.as_str())
                .upload_id(&id)
                .part_number(number.into())
                .set_content_length(size);
            let signed = request.presigned(presigning.clone()).await.map_err(error::from_sdk)?;
            links.push(sign::link(&signed, SignedMethod::Put, expires_at));
        }
        Ok(links)
    }

    async fn finish_parts(&self, op: FinishParts) -> Result<Stored> {
        let FinishParts { upload: PartsUpload { key, id }, parts } = op;
        if parts.is_empty() {
            return Err(Error::invalid("an object has at least one part"));
        }
        let parts = parts.into_iter().map(|SentPart { number, etag }| {
            CompletedPart::builder().part_number(number.into()).e_tag(etag.to_header()).build()
        });
        multipart::put_together(self, &key, &id, parts.collect()).await?;
        self.bucket.look_up(key).await.map(Stored::new)
    }

    async fn abort_parts(&self, op: AbortParts) -> Result<()> {
        let AbortParts { upload: PartsUpload { key, id } } = op;
        multipart::abort(self, key, &id).await
    }
}
