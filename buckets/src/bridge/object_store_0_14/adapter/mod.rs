//! A store of theirs as an adapter here.

mod get;
mod list;
mod multipart;
mod put;
mod sign;

use std::fmt;
use std::sync::Arc;

use object_store::list::PaginatedListStore;
use object_store::path::Path;
use object_store::signer::Signer;
use object_store::{CopyMode, CopyOptions, ObjectMeta as TheirMeta, ObjectStore, ObjectStoreExt, PutPayload};

use super::{error, path};
use crate::adapter::{Adapter, Capabilities};
use crate::bridge::check_existing;
use crate::bridge::parts::Part;
use crate::error::{Error, ErrorKind, Result};
use crate::key::Key;
use crate::operation::{
    Copy, Delete, Deleted, ETag, Fetched, Get, Head, List, ObjectMeta, OperationKind, Page, Put, Sign, SignedUrl,
    Stored,
};

/// Any store of `object_store` as an adapter.
///
/// ```
/// use std::sync::Arc;
///
/// use buckets::bridge::object_store_0_14::{ObjectStoreAdapter, object_store::memory::InMemory};
/// use buckets::{Cloud, Upload};
///
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// let cloud = Cloud::new("uploads", ObjectStoreAdapter::new(Arc::new(InMemory::new())));
/// let object = cloud.insert(Upload::from_bytes("hello.txt", "Hello!")).await?;
/// assert_eq!(cloud.read(object.location()).await?, "Hello!");
/// # Ok::<(), buckets::Error>(()) }).unwrap();
/// ```
///
/// Content goes both ways in bounded memory: an upload is sent in [parts](Self::with_part_size), a few of
/// them at once, and what fails or is dropped is aborted (on drop by a task of the tokio runtime at hand).
/// As their multipart uploads know no conditions, content under a condition is gathered first, up to
/// [a limit](Self::with_conditional_limit).
///
/// What their trait does not tell has to be said: whether lists come in the order of keys
/// ([`with_ordered_lists`](Self::with_ordered_lists)), whether attributes are kept and whether writes can be
/// conditional. Their stores retry by themselves; give one retry loop the last word, theirs or a layer's.
/// Objects of others whose names are no [`Key`] are not listed. There are no checksums, but one
/// that is asked for at a put is compared before the object is complete.
#[derive(Clone)]
pub struct ObjectStoreAdapter {
    store: Arc<dyn ObjectStore>,
    signer: Option<Arc<dyn Signer>>,
    pages: Option<Arc<dyn PaginatedListStore>>,
    name: String,
    store_id: Option<String>,
    capabilities: Capabilities,
    ordered: bool,
    part_size: usize,
    concurrency: usize,
    conditional_limit: u64,
}

impl ObjectStoreAdapter {
    /// The size of an upload's parts unless set, in bytes.
    pub const DEFAULT_PART_SIZE: usize = 8 << 20;
    /// How many parts of one upload are sent at once unless set.
    pub const DEFAULT_CONCURRENCY: usize = 4;
    /// How large an upload under a condition may be unless set, in bytes.
    pub const DEFAULT_CONDITIONAL_LIMIT: u64 = 64 << 20;

    /// An adapter of `store` named `object_store`, which is taken to keep attributes and to know conditions,
    /// to list in no order and not to sign links.
    pub fn new(store: Arc<dyn ObjectStore>) -> Self {
        Self {
            store,
            signer: None,
            pages: None,
            name: "object_store".to_owned(),
            store_id: None,
            capabilities: Capabilities::all()
                .without(OperationKind::Sign)
                .with_checksums(false)
                .with_bounded_links(false),
            ordered: false,
            part_size: Self::DEFAULT_PART_SIZE,
            concurrency: Self::DEFAULT_CONCURRENCY,
            conditional_limit: Self::DEFAULT_CONDITIONAL_LIMIT,
        }
    }

    /// Sets the adapter's name: a short constant, for the `adapter` label of metrics.
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Sets what [`Adapter::store_id`] answers: another one for other credentials.
    pub fn with_store_id(mut self, id: impl Into<String>) -> Self {
        self.store_id = Some(id.into());
        self
    }

    /// Signs links with `signer`, mostly the same store once more. Links with constraints are refused.
    pub fn with_signer(mut self, signer: Arc<dyn Signer>) -> Self {
        self.signer = Some(signer);
        self.capabilities = self.capabilities.with(OperationKind::Sign);
        self
    }

    /// Lists by the store's own pages, in the order of keys: what stores in the cloud have.
    pub fn with_pages(mut self, pages: Arc<dyn PaginatedListStore>) -> Self {
        self.pages = Some(pages);
        self
    }

    /// Says that the store lists in the order of keys, so that a page need not look at all objects.
    pub fn with_ordered_lists(mut self) -> Self {
        self.ordered = true;
        self
    }

    /// Says whether the store keeps attributes; where not, they are left out.
    pub fn with_attributes(mut self, yes: bool) -> Self {
        self.capabilities = self.capabilities.with_attributes(yes);
        self
    }

    /// Says whether the store can write under conditions; where not, such writes are refused.
    pub fn with_conditional_put(mut self, yes: bool) -> Self {
        self.capabilities = self.capabilities.with_conditional_put(yes);
        self
    }

    /// Sets the size of an upload's parts in bytes, at least 1; content below it is sent in one piece. Most
    /// stores want 5 MiB or more.
    pub fn with_part_size(mut self, bytes: usize) -> Self {
        self.part_size = bytes.max(1);
        self
    }

    /// Sets how many parts of one upload are sent at once, at least 1. An upload takes memory for two more.
    pub fn with_concurrency(mut self, parts: usize) -> Self {
        self.concurrency = parts.max(1);
        self
    }

    /// Sets how large an upload under a condition may be, in bytes; it takes as much memory.
    pub fn with_conditional_limit(mut self, bytes: u64) -> Self {
        self.conditional_limit = bytes;
        self
    }

    /// What they know of the object at `location`.
    async fn known(&self, location: &Path) -> Result<TheirMeta> {
        self.store.head(location).await.map_err(error::of_lookup)
    }

    async fn duplicate(&self, op: Copy) -> Result<Stored> {
        let (from, to) = (path::of_key(&op.source)?, path::of_key(&op.destination)?);
        let mode = match op.condition.is_none() {
            true => CopyMode::Overwrite,
            false if op.condition.is_if_absent() && self.capabilities.conditional_put => CopyMode::Create,
            false => return Err(Error::unsupported("this condition of a copy")),
        };
        if from == to {
            // Nothing would change, and not every store survives it.
            let meta = self.examine(op.source).await?;
            check_existing(&op.condition, meta.etag.as_ref())?;
            return Ok(Stored::new(meta));
        }
        let options = CopyOptions::new().with_mode(mode);
        self.store.copy_opts(&from, &to, options).await.map_err(error::to_ours)?;
        Ok(Stored::new(self.examine(op.destination).await?))
    }

    async fn remove(&self, op: Delete) -> Result<Deleted> {
        match self.store.delete(&path::of_key(&op.key)?).await {
            // Many stores answer the same where there was nothing.
            Ok(()) => Ok(Deleted::new(None)),
            Err(error) => match error::of_lookup(error) {
                error if error.kind() == ErrorKind::NotFound => Ok(Deleted::new(Some(false))),
                error => Err(error),
            },
        }
    }
}

fn payload(part: Part) -> PutPayload {
    PutPayload::from_iter(part.chunks)
}

/// What they know of an object, without its attributes, which they tell elsewhere.
fn describe(key: Key, theirs: &TheirMeta) -> ObjectMeta {
    let mut meta = ObjectMeta::new(key, theirs.size);
    meta.etag = tag(theirs.e_tag.as_deref());
    meta.last_modified = Some(theirs.last_modified.into());
    meta
}

/// The tag, where it is one that can be matched.
fn tag(theirs: Option<&str>) -> Option<ETag> {
    theirs.and_then(|tag| ETag::new(tag).ok())
}

impl Adapter for ObjectStoreAdapter {
    fn name(&self) -> &str {
        &self.name
    }

    fn capabilities(&self) -> Capabilities {
        self.capabilities
    }

    fn store_id(&self) -> Option<String> {
        self.store_id.clone()
    }

    async fn put(&self, op: Put) -> Result<Stored> {
        self.store_object(op).await
    }

    async fn get(&self, op: Get) -> Result<Fetched> {
        self.fetch(op).await
    }

    async fn head(&self, op: Head) -> Result<ObjectMeta> {
        self.examine(op.key).await
    }

    async fn delete(&self, op: Delete) -> Result<Deleted> {
        self.remove(op).await
    }

    async fn copy(&self, op: Copy) -> Result<Stored> {
        self.duplicate(op).await
    }

    async fn list(&self, op: List) -> Result<Page> {
        self.page(op).await
    }

    async fn sign(&self, op: Sign) -> Result<SignedUrl> {
        self.link(op).await
    }
}

impl fmt::Debug for ObjectStoreAdapter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Nothing of the store, whose own `Debug` may show credentials.
        f.debug_struct("ObjectStoreAdapter")
            .field("name", &self.name)
            .field("capabilities", &self.capabilities)
            .finish_non_exhaustive()
    }
}
