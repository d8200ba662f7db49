//! Azure Blob Storage.

mod builder;
mod credentials;
mod links;
mod login;

use std::fmt;
use std::sync::Arc;

pub use builder::AzureBuilder;
pub use credentials::AzureCredentials;

use self::links::Links;
use crate::adapter::{Adapter, Capabilities};
use crate::bridge::object_store_0_14::ObjectStoreAdapter;
use crate::error::{Error, Result};
use crate::operation::{
    Copy, Delete, Deleted, Fetched, Get, Head, List, ObjectMeta, Page, Put, Sign, SignedMethod, SignedUrl, Stored,
};
use crate::telemetry::Server;

/// A container of Azure Blob Storage.
///
/// ```
/// use buckets::adapter::azure::{Azure, AzureCredentials};
/// use buckets::{Cloud, Secret};
///
/// let key = Secret::new("a2V5IG9mIHRoZSBhY2NvdW50");
/// let azure = Azure::builder("account", "container").credentials(AzureCredentials::access_key(key)).build()?;
/// let cloud = Cloud::new("uploads", azure);
/// # Ok::<(), buckets::Error>(())
/// ```
///
/// It stands on `object_store`, whose own retries are off: put a retry layer above. Content goes both ways in bounded memory, an
/// upload in blocks that Azure forgets by itself after a week if the upload does not end.
///
/// What it does not have, it refuses with [`Unsupported`](crate::ErrorKind::Unsupported): names of metadata with a `-` or a digit
/// first; links to upload that are bound to type, size or checksum; signed forms. With a key of the account, links to download say the
/// type and the disposition of the answer. With a client secret they do not, and there are none to keys with characters that a URL has
/// to encode; with a shared access signature there are no links.
#[derive(Clone)]
pub struct Azure {
    store: Arc<ObjectStoreAdapter>,
    /// None where no key of the account is at hand to sign with.
    links: Option<Arc<Links>>,
    server: Option<Server>,
}

impl Azure {
    /// Settings of an adapter for `container` of the storage account `account`.
    pub fn builder(account: impl Into<String>, container: impl Into<String>) -> AzureBuilder {
        AzureBuilder::new(account.into(), container.into())
    }
}

impl Adapter for Azure {
    fn name(&self) -> &str {
        self.store.name()
    }

    fn capabilities(&self) -> Capabilities {
        self.store.capabilities()
    }

    fn server(&self) -> Option<Server> {
        self.server.clone()
    }

    fn store_id(&self) -> Option<String> {
        self.store.store_id()
    }

    async fn put(&self, op: Put) -> Result<Stored> {
        if op.attributes.metadata().any(|(name, _)| !is_identifier(name)) {
            return Err(Error::unsupported("names of metadata with `-`, or with a digit first"));
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
        // What Azure calls the only kind of object that one request can store whole.
        let kind = (op.method == SignedMethod::Put).then(|| ("x-ms-blob-type".to_owned(), "BlockBlob".to_owned()));
        let link = match &self.links {
            Some(links) => links.link(&op)?,
            None => delegated(self.store.sign(op).await?)?,
        };
        Ok(link.with_headers(kind))
    }
}

/// A link that the library below signed, which signs the path as it stands in the URL, and Azure the one that it means.
fn delegated(link: SignedUrl) -> Result<SignedUrl> {
    let path = link.expose().split('?').next().unwrap_or_default();
    match path.contains('%') {
        true => Err(Error::unsupported(
            "links to keys with characters that a URL has to encode, without a key of the account",
        )),
        false => Ok(link),
    }
}

/// Whether Azure takes it for the name of a header of metadata.
fn is_identifier(name: &str) -> bool {
    !name.starts_with(|first: char| first.is_ascii_digit()) && !name.contains('-')
}

impl fmt::Debug for Azure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Azure").finish_non_exhaustive()
    }
}
