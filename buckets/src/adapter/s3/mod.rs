//! Objects in Amazon S3, and in what speaks its protocol.
//!
//! ```
//! use buckets::adapter::s3::{Credentials, Provider, S3};
//! use buckets::{Cloud, Secret};
//!
//! let s3 = S3::builder("uploads")
//!     .provider(Provider::DigitalOceanSpaces)
//!     .region("fra1")
//!     .credentials(Credentials::new("DO00EXAMPLE", Secret::new("from your vault")))
//!     .build()?;
//! let cloud = Cloud::builder("uploads", s3).build();
//! # Ok::<(), buckets::Error>(())
//! ```

mod attributes;
mod body;
mod builder;
mod client;
mod codes;
mod copy;
mod credentials;
mod delete;
mod document;
mod error;
mod form;
mod get;
mod head;
mod list;
mod meta;
mod multipart;
mod parts;
mod provider;
mod put;
mod sign;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub use builder::S3Builder;
pub use credentials::Credentials;
pub use parts::{AbortParts, BeginParts, FinishParts, PartsUpload, SentPart, SignParts};
pub use provider::Provider;

use self::client::Bucket;
use self::multipart::{Limits, Orphans};
use super::{Adapter, Capabilities};
use crate::error::Result;
use crate::operation::{
    Copy, CustomOp, CustomReply, Delete, Deleted, Fetched, Get, Head, List, ObjectMeta, Page, Put, Sign, SignedUrl,
    Stored,
};
use crate::telemetry::Server;

/// Objects in a bucket of Amazon S3, or of another service or server that speaks its protocol.
///
/// What it promises:
/// - **One retry loop.** The SDK's own is off; what fails fails at once, with a kind, whether it is worth
///   a retry, how long the store asks to wait, and the request's id. Put a `RetryLayer` above. Only the parts of an
///   upload in parts are sent again here, because nothing above could: its content may be read only once.
///   An error that has been through that is not [retryable](crate::Error::is_retryable) any more.
/// - **Bounded memory.** An upload holds at most one part more than it sends at once; 40 MiB unless
///   [set](S3Builder::part_size) otherwise, whatever its size and whether that is known. A download
///   holds nothing.
/// - **No orphans.** An upload that fails, or whose future is dropped, is aborted by a task in the background, as long
///   as the tokio runtime runs. [`orphans`](Self::orphans) counts those that are still to be, and
///   [`sweep`](Self::sweep) aborts what processes that died left behind.
/// - **No silent damage.** A download that ends early, or does not have the checksum that the store
///   tells, ends with an error. Where [checksums](S3Builder::checksums) are on, every upload
///   is sent with its CRC-32C, which the store checks and keeps.
///
/// Content up to 16 MiB is stored with one request, more of it in parts; content of unknown length that is more than a
/// part is too. Conditions `if_match` and `if_none_match`
/// of gets, and `if_absent` and `if_match` of writes, are the service's own, and atomic where it
/// makes them so; a write that is to go ahead only if the object has *not* a certain tag is
/// [`Unsupported`](crate::ErrorKind::Unsupported), because S3 has no such thing. A signed `PUT` can be bound to a size, and
/// not to a largest one, for the same reason; a signed form ([`Post`](crate::operation::SignedMethod::Post)) can. Cloudflare R2
/// has no such forms.
///
/// Whether a deleted object had been there is not told. A bucket that does not exist looks to `head` like an object that
/// does not; every other operation tells them apart ([`InvalidInput`](crate::ErrorKind::InvalidInput)).
///
/// Needs a tokio runtime. Clones share connections and limits.
#[derive(Clone)]
pub struct S3 {
    bucket: Bucket,
    limits: Limits,
    orphans: Arc<Orphans>,
    capabilities: Capabilities,
    store_id: Option<String>,
    server: Option<Server>,
}

impl S3 {
    /// What it is called in events and metrics.
    const NAME: &str = "s3";

    /// Settings for a bucket of this name.
    pub fn builder(bucket: impl Into<String>) -> S3Builder {
        S3Builder::new(bucket.into())
    }

    /// How many uploads were given up and are not known to be aborted at the store: being aborted
    /// right now, or waiting for [`sweep`](Self::sweep) because that failed.
    pub fn orphans(&self) -> usize {
        self.orphans.len()
    }

    /// Waits until nothing is being aborted any more: for the end of a program. What
    /// [`orphans`](Self::orphans) still counts then could not be aborted.
    pub async fn settle(&self) {
        self.orphans.settle().await;
    }

    /// Aborts the uploads in parts that began longer ago than `older_than` and have not ended, whoever
    /// began them, and those of this process that could not be aborted before. Returns how many it aborted.
    ///
    /// Choose a time within which every upload ends. A lifecycle rule of the bucket
    /// (`AbortIncompleteMultipartUpload`) does the same where the service has them.
    ///
    /// # Errors
    /// What the store answers; what was aborted until then stays aborted.
    pub async fn sweep(&self, older_than: Duration) -> Result<usize> {
        multipart::sweep(self, older_than).await
    }
}

impl Adapter for S3 {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn capabilities(&self) -> Capabilities {
        self.capabilities
    }

    fn server(&self) -> Option<Server> {
        self.server.clone()
    }

    fn store_id(&self) -> Option<String> {
        self.store_id.clone()
    }

    async fn put(&self, op: Put) -> Result<Stored> {
        self.store(op).await
    }

    async fn get(&self, op: Get) -> Result<Fetched> {
        self.bucket.fetch(op).await
    }

    async fn head(&self, op: Head) -> Result<ObjectMeta> {
        self.bucket.look_up(op.key).await
    }

    async fn delete(&self, op: Delete) -> Result<Deleted> {
        self.bucket.remove(&op).await
    }

    async fn copy(&self, op: Copy) -> Result<Stored> {
        self.duplicate(op).await
    }

    async fn list(&self, op: List) -> Result<Page> {
        self.bucket.page(op).await
    }

    async fn sign(&self, op: Sign) -> Result<SignedUrl> {
        self.bucket.link(op).await
    }

    async fn custom(&self, op: CustomOp) -> Result<CustomReply> {
        self.do_parts(op).await
    }
}

impl fmt::Debug for S3 {
    /// Shows neither endpoint nor credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("S3")
            .field("bucket", &self.bucket.name)
            .field("limits", &self.limits)
            .field("orphans", &self.orphans())
            .finish_non_exhaustive()
    }
}
