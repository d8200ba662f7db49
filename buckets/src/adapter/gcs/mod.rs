//! Google Cloud Storage.

mod builder;
mod credentials;
mod links;
mod login;
mod service_account;
mod transport;

use std::fmt;
use std::sync::Arc;

pub use builder::GcsBuilder;
pub use credentials::{AccessToken, GcsCredentials};

use self::links::Links;
use crate::adapter::{Adapter, Capabilities};
use crate::bridge::opendal_0_59::OperatorAdapter;
use crate::error::{Error, Result};
use crate::operation::{
    Copy, Delete, Deleted, Fetched, Get, Head, List, ObjectMeta, OperationKind, Page, Put, Sign, SignedUrl, Stored,
};
use crate::telemetry::Server;

/// What an object is whose type nobody said; so does Google.
const UNKNOWN_TYPE: &str = "application/octet-stream";

/// A bucket of Google Cloud Storage.
///
/// ```
/// use buckets::Cloud;
/// use buckets::adapter::gcs::{Gcs, GcsCredentials};
///
/// let gcs = Gcs::builder("photos").credentials(GcsCredentials::metadata_server()).build()?;
/// let cloud = Cloud::new("uploads", gcs);
/// # Ok::<(), buckets::Error>(())
/// ```
///
/// It stands on OpenDAL and asks each time once: put a retry layer above. Content goes both ways in bounded memory. A large upload
/// goes in parts; one that fails or is dropped is aborted, and what a program that was killed has begun, Google keeps (and
/// bills) until a lifecycle rule of the bucket aborts it. One with a condition goes in one resumable
/// upload, that Google forgets after a week.
///
/// What it does not have, it refuses with [`Unsupported`](crate::ErrorKind::Unsupported): content dispositions of
/// stored objects (links have them), signed forms, and links without the key of a service account. A key that
/// begins or ends with white space is [`InvalidInput`](crate::ErrorKind::InvalidInput).
#[derive(Clone)]
pub struct Gcs {
    store: Arc<OperatorAdapter>,
    /// None where no key is at hand to sign with.
    links: Option<Arc<Links>>,
    server: Server,
}

impl Gcs {
    /// Settings of an adapter for `bucket`.
    pub fn builder(bucket: impl Into<String>) -> GcsBuilder {
        GcsBuilder::new(bucket.into())
    }
}

impl Adapter for Gcs {
    fn name(&self) -> &str {
        self.store.name()
    }

    fn capabilities(&self) -> Capabilities {
        let theirs = self.store.capabilities();
        match self.links {
            Some(_) => theirs.with_bounded_links(true),
            None => theirs.without(OperationKind::Sign),
        }
    }

    fn server(&self) -> Option<Server> {
        Some(self.server.clone())
    }

    fn store_id(&self) -> Option<String> {
        self.store.store_id()
    }

    async fn put(&self, mut op: Put) -> Result<Stored> {
        if op.attributes.content_type().is_none() {
            op.attributes = op.attributes.with_content_type(UNKNOWN_TYPE)?;
        }
        self.store.put(op).await
    }

    async fn get(&self, op: Get) -> Result<Fetched> {
        self.store.get(op).await
    }

    async fn head(&self, op: Head) -> Result<ObjectMeta> {
        self.store.head(op).await
    }

    async fn delete(&self, op: Delete) -> Result<Deleted> {
        self.store.delete(op).await
    }

    async fn copy(&self, op: Copy) -> Result<Stored> {
        self.store.copy(op).await
    }

    async fn list(&self, op: List) -> Result<Page> {
        self.store.list(op).await
    }

    async fn sign(&self, op: Sign) -> Result<SignedUrl> {
        match &self.links {
            Some(links) => links.link(op).await,
            None => Err(Error::unsupported("signed links without the key of a service account")),
        }
    }
}

impl fmt::Debug for Gcs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gcs").finish_non_exhaustive()
    }
}
