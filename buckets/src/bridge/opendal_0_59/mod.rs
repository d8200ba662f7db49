//! The bridge to OpenDAL 0.59: an operator as an adapter.
//!
//! The operator's type is that of [`opendal_core`], which the crate `opendal` re-exports.

mod attributes;
mod error;
mod get;
mod list;
mod put;
mod sign;

use std::fmt;

use opendal_core::options::CopyOptions;
use opendal_core::{Capability, Metadata, Operator};

pub use opendal_core;

use crate::adapter::{Adapter, Capabilities};
use crate::bridge::check_existing;
use crate::error::{Error, ErrorKind, Result};
use crate::key::Key;
use crate::operation::{
    Copy, Delete, Deleted, ETag, Fetched, Get, Head, List, ObjectMeta, OperationKind, Page, Put, Sign, SignedUrl,
    Stored,
};

/// Any operator of OpenDAL as an adapter.
///
/// ```
/// use buckets::bridge::opendal_0_59::{OperatorAdapter, opendal_core::{Operator, services::Memory}};
/// use buckets::{Cloud, Upload};
///
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// let operator = Operator::new(Memory::default())?;
/// let cloud = Cloud::new("uploads", OperatorAdapter::new(operator));
/// let object = cloud.insert(Upload::from_bytes("hello.txt", "Hello!")).await?;
/// assert_eq!(cloud.read(object.location()).await?, "Hello!");
/// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
/// ```
///
/// What the adapter can do is what the operator says of itself. Content goes both ways in bounded memory: an upload
/// is sent in [parts](Self::with_part_size) where the service takes parts, and is otherwise gathered first, up to
/// [a limit](Self::with_gather_limit). An upload that fails or is dropped is aborted (on drop by a task of the
/// tokio runtime at hand). Whether an upload is whole or not at all is the service's doing: `fs` is so only with
/// an `atomic_write_dir`.
///
/// OpenDAL cuts white space from the ends of paths, so a key with some there is refused rather than
/// stored as another. Objects of others whose names are no [`Key`] are not listed. Layers of OpenDAL that the operator has stay;
/// give one retry loop the last word, theirs or a layer's here.
#[derive(Clone)]
pub struct OperatorAdapter {
    operator: Operator,
    capability: Capability,
    name: String,
    store_id: Option<String>,
    ordered: bool,
    conditional_put: bool,
    version_of_absent: Option<&'static str>,
    parts_have_other_tags: bool,
    part_size: usize,
    concurrency: usize,
    gather_limit: u64,
}

impl OperatorAdapter {
    /// The size of an upload's parts unless set, in bytes.
    pub const DEFAULT_PART_SIZE: usize = 8 << 20;
    /// How many parts of one upload are sent at once unless set.
    pub const DEFAULT_CONCURRENCY: usize = 4;
    /// How large an upload may be that has to be gathered unless set, in bytes.
    pub const DEFAULT_GATHER_LIMIT: u64 = 64 << 20;

    /// An adapter of `operator` named `opendal`, which is taken to list in no order.
    pub fn new(operator: Operator) -> Self {
        Self {
            capability: operator.info().capability(),
            operator,
            name: "opendal".to_owned(),
            store_id: None,
            ordered: false,
            conditional_put: true,
            version_of_absent: None,
            parts_have_other_tags: false,
            part_size: Self::DEFAULT_PART_SIZE,
            concurrency: Self::DEFAULT_CONCURRENCY,
            gather_limit: Self::DEFAULT_GATHER_LIMIT,
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

    /// Says that the service lists in the order of keys, so that a page need not look at all objects.
    pub fn with_ordered_lists(mut self) -> Self {
        self.ordered = true;
        self
    }

    /// Says whether conditions are to be believed that the service says it has; where not, they are refused. The service `fs`
    /// has one, and yet lets each of several creators win.
    pub fn with_conditional_put(mut self, yes: bool) -> Self {
        self.conditional_put = yes;
        self
    }

    /// Says which version the service compares with where there is no object, so that a copy can be made only if there is
    /// none.
    #[cfg(feature = "gcs")]
    pub(crate) fn with_version_of_absent(mut self, version: &'static str) -> Self {
        self.version_of_absent = Some(version);
        self
    }

    /// Says that an upload in parts is answered with a tag in another notation than that of look-ups, so that it has
    /// to be looked up.
    #[cfg(feature = "gcs")]
    pub(crate) fn with_other_tags_of_parts(mut self) -> Self {
        self.parts_have_other_tags = true;
        self
    }

    /// Sets the size of an upload's parts in bytes, at least 1; content below it is sent in one piece. Most
    /// services want 5 MiB or more.
    pub fn with_part_size(mut self, bytes: usize) -> Self {
        self.part_size = bytes.max(1);
        self
    }

    /// Sets how many parts of one upload are sent at once, at least 1. An upload takes memory for three more.
    pub fn with_concurrency(mut self, parts: usize) -> Self {
        self.concurrency = parts.max(1);
        self
    }

    /// Sets how large an upload may be that has to be gathered, in bytes; it takes as much memory. That is one
    /// to a service that takes no parts, and one that replaces a certain version.
    pub fn with_gather_limit(mut self, bytes: u64) -> Self {
        self.gather_limit = bytes;
        self
    }

    /// What they know of the object at `path`; a directory is none.
    async fn known(&self, path: &str) -> Result<Metadata> {
        match self.operator.stat(path).await.map_err(error::of_lookup)? {
            metadata if metadata.is_dir() => Err(Error::not_found()),
            metadata => Ok(metadata),
        }
    }

    async fn examine(&self, key: Key) -> Result<ObjectMeta> {
        let metadata = self.known(path_of(&key)?).await?;
        Ok(describe(key, &metadata))
    }

    async fn duplicate(&self, op: Copy) -> Result<Stored> {
        if !self.capability.copy {
            return Err(Error::unsupported("copies"));
        }
        let (from, to) = (path_of(&op.source)?, path_of(&op.destination)?);
        let by_version = self.version_of_absent.filter(|_| self.capability.copy_with_if_version_match);
        let can_create = self.capability.copy_with_if_not_exists || by_version.is_some();
        let only_create = op.condition.is_if_absent() && self.conditional_put && can_create;
        if !op.condition.is_none() && !only_create {
            return Err(Error::unsupported("this condition of a copy"));
        }
        if from == to {
            // Nothing would change, and services refuse it or worse.
            let meta = self.examine(op.source).await?;
            check_existing(&op.condition, meta.etag.as_ref())?;
            return Ok(Stored::new(meta));
        }
        // Some services make a directory or an empty object where there is no source.
        self.known(from).await?;
        let options = CopyOptions {
            if_not_exists: only_create && by_version.is_none(),
            if_version_match: by_version.filter(|_| only_create).map(ToOwned::to_owned),
            ..CopyOptions::default()
        };
        self.operator.copy_options(from, to, options).await.map_err(|error| error::of_write(error, &op.condition))?;
        Ok(Stored::new(self.examine(op.destination).await?))
    }

    async fn remove(&self, op: Delete) -> Result<Deleted> {
        let path = path_of(&op.key)?;
        // On a file system this would remove an empty directory, or fail at a full one.
        match self.known(path).await {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Deleted::new(Some(false))),
            known => known?,
        };
        match self.operator.delete(path).await.map_err(error::of_lookup) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Deleted::new(Some(false))),
            deleted => deleted.map(|()| Deleted::new(None)),
        }
    }
}

/// The key as a path of theirs, if they take it as it is.
fn path_of(key: &Key) -> Result<&str> {
    let path = key.as_str();
    if path.trim() != path {
        return Err(Error::invalid("this adapter takes no key that begins or ends with white space"));
    }
    Ok(path)
}

fn describe(key: Key, metadata: &Metadata) -> ObjectMeta {
    let mut meta = ObjectMeta::new(key, metadata.content_length());
    meta.etag = tag(metadata);
    meta.last_modified = metadata.last_modified().map(Into::into);
    meta.attributes = attributes::known(metadata);
    meta
}

/// The tag, where it is one that can be matched.
fn tag(metadata: &Metadata) -> Option<ETag> {
    metadata.etag().and_then(|tag| ETag::new(tag).ok())
}

impl Adapter for OperatorAdapter {
    fn name(&self) -> &str {
        &self.name
    }

    /// Conditions are declared where the service can create without replacing; whether it can also replace a
    /// certain version, a write tells.
    fn capabilities(&self) -> Capabilities {
        let theirs = &self.capability;
        let operations = [
            (OperationKind::Put, theirs.write),
            (OperationKind::Get, theirs.read && theirs.stat),
            (OperationKind::Head, theirs.stat),
            (OperationKind::Delete, theirs.delete && theirs.stat),
            (OperationKind::Copy, theirs.copy && theirs.stat),
            (OperationKind::List, theirs.list),
            (OperationKind::Sign, theirs.presign_read && theirs.presign_write),
        ];
        let ours = Capabilities::none()
            .with_ordered_lists(true)
            .with_conditional_put(self.conditional_put && theirs.write_with_if_not_exists)
            .with_attributes(theirs.write_with_content_type && theirs.write_with_user_metadata);
        operations.into_iter().filter(|(_, has)| *has).fold(ours, |ours, (kind, _)| ours.with(kind))
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

impl fmt::Debug for OperatorAdapter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Nothing of the operator, whose own `Debug` shows root and bucket.
        f.debug_struct("OperatorAdapter")
            .field("name", &self.name)
            .field("capabilities", &self.capabilities())
            .finish_non_exhaustive()
    }
}
