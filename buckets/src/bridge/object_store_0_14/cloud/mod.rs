//! A cloud as a store there.

mod get;
mod list;
mod multipart;
mod put;
mod sign;

use std::fmt;

use async_trait::async_trait;
use futures_core::stream::BoxStream;
use futures_util::StreamExt;
use object_store::path::Path;
use object_store::{
    CopyMode, CopyOptions, Error as TheirError, GetOptions, GetResult, ListResult, MultipartUpload,
    ObjectMeta as TheirMeta, ObjectStore, PutMultipartOptions, PutOptions, PutPayload, PutResult, RenameOptions,
    RenameTargetMode, Result,
};

use super::{error, path};
use crate::cloud::{Cloud, CopyOptions as OurCopyOptions};
use crate::error::ErrorKind;
use crate::key::Key;
use crate::operation::{Condition, ObjectMeta};
use crate::store::{BoxStore, Store};

/// The name under which errors there tell of a cloud.
pub(super) const NAME: &str = "buckets";

/// How many objects a stream of deletions removes at once.
const DELETIONS: usize = 8;

/// A [`Cloud`] as a store of `object_store`, so that what is written for that trait runs observed.
///
/// ```
/// use std::sync::Arc;
///
/// use buckets::bridge::object_store_0_14::{CloudStore, object_store::{ObjectStore, ObjectStoreExt, path::Path}};
/// use buckets::{Cloud, adapter::Memory};
///
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// let store: Arc<dyn ObjectStore> = Arc::new(CloudStore::new(Cloud::new("lake", Memory::new())));
/// store.put(&Path::from("tables/a.parquet"), "PAR1".into()).await?;
/// assert_eq!(store.head(&Path::from("tables/a.parquet")).await?.size, 4);
/// # Ok::<(), buckets::bridge::object_store_0_14::object_store::Error>(()) }).unwrap();
/// ```
///
/// Every call is a call of the cloud and emits its events: a `put` those of `insert`, a `get` those of `reader`,
/// and so on; a rename is a copy and a deletion. Objects keep the paths they are given, without the cloud's base prefix or
/// key strategy, and get no attributes that were not asked for.
///
/// A multipart upload is one `insert` whose content is the parts in the order in which they were
/// handed over; whether the adapter sends it in parts of its own is up to that. Nothing is stored before `complete`, and a
/// dropped upload stores nothing.
///
/// What a cloud has no place for is refused with [`NotImplemented`](TheirError::NotImplemented): tags, versions,
/// other attributes than content type, cache control, disposition and metadata. A path that is no
/// [`Key`] is an error. Deleting what is not there is none.
pub struct CloudStore<S = BoxStore> {
    cloud: Cloud<S>,
}

impl<S: Store> CloudStore<S> {
    /// `cloud` as a store.
    pub fn new(cloud: Cloud<S>) -> Self {
        Self { cloud }
    }

    /// The cloud.
    pub fn cloud(&self) -> &Cloud<S> {
        &self.cloud
    }

    fn key(path: &Path) -> Result<Key> {
        path::to_key(path).map_err(|error| error::to_theirs(error, path))
    }

    /// The condition to create only, if the cloud knows conditions.
    fn if_absent(&self, operation: &str) -> Result<Condition> {
        match self.cloud.capabilities().conditional_put {
            true => Ok(Condition::if_absent()),
            false => Err(error::not_implemented(operation)),
        }
    }

    async fn copy(&self, from: &Path, to: &Path, mode: CopyMode) -> Result<()> {
        let (source, destination) = (Self::key(from)?, Self::key(to)?);
        let condition = match mode {
            CopyMode::Overwrite => Condition::none(),
            CopyMode::Create => self.if_absent("`copy_opts` with mode `Create`")?,
        };
        let filename = destination.filename().to_owned();
        let options = OurCopyOptions::new().at(destination).with_condition(condition);
        match self.cloud.copy_with(&self.cloud, source, &filename, options).await {
            Ok(_) => Ok(()),
            Err(error) => {
                let about = if error.kind() == ErrorKind::NotFound { from } else { to };
                Err(error::to_theirs(error, about))
            }
        }
    }

    async fn delete(&self, path: &Path) -> Result<()> {
        self.cloud.delete(Self::key(path)?).await.map_err(|error| error::to_theirs(error, path))?;
        Ok(())
    }
}

/// What they are told of an object; [`None`] where its key is no path there.
fn describe(meta: &ObjectMeta) -> Option<TheirMeta> {
    Some(TheirMeta {
        location: path::of_key(&meta.key).ok()?,
        // They have no place for "not known".
        last_modified: meta.last_modified.map_or_else(Default::default, Into::into),
        size: meta.size,
        e_tag: meta.etag.as_ref().map(|tag| tag.as_str().to_owned()),
        version: None,
    })
}

#[async_trait]
// A method that is new in their trait is to be looked at, not inherited: its default might be no call of the cloud.
#[deny(clippy::missing_trait_methods)]
impl<S: Store> ObjectStore for CloudStore<S> {
    async fn put_opts(&self, location: &Path, payload: PutPayload, opts: PutOptions) -> Result<PutResult> {
        self.insert(location, payload, opts).await
    }

    async fn put_multipart_opts(&self, location: &Path, opts: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        self.begin_multipart(location, opts)
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.open(location, options).await
    }

    async fn get_ranges(&self, location: &Path, ranges: &[std::ops::Range<u64>]) -> Result<Vec<bytes::Bytes>> {
        self.open_ranges(location, ranges).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        let cloud = self.clone();
        locations
            .map(move |location| {
                let this = cloud.clone();
                async move {
                    let location = location?;
                    this.delete(&location).await?;
                    Ok(location)
                }
            })
            .buffered(DELETIONS)
            .boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<TheirMeta>> {
        self.list_all(prefix)
    }

    fn list_with_offset(&self, prefix: Option<&Path>, offset: &Path) -> BoxStream<'static, Result<TheirMeta>> {
        self.list_behind(prefix, offset)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.list_level(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.copy(from, to, options.mode).await
    }

    async fn rename_opts(&self, from: &Path, to: &Path, options: RenameOptions) -> Result<()> {
        if from == to {
            // To copy and delete would lose the object.
            self.cloud.head(Self::key(from)?).await.map_err(|error| error::to_theirs(error, from))?;
            return match options.target_mode {
                RenameTargetMode::Overwrite => Ok(()),
                RenameTargetMode::Create => Err(TheirError::AlreadyExists {
                    path: to.to_string(),
                    source: "an object cannot be renamed to itself where there must be none".into(),
                }),
            };
        }
        let mode = match options.target_mode {
            RenameTargetMode::Overwrite => CopyMode::Overwrite,
            RenameTargetMode::Create => CopyMode::Create,
        };
        self.copy(from, to, mode).await?;
        self.delete(from).await
    }
}

impl<S: Store> Clone for CloudStore<S> {
    fn clone(&self) -> Self {
        Self { cloud: self.cloud.clone() }
    }
}

impl<S: Store> From<Cloud<S>> for CloudStore<S> {
    fn from(cloud: Cloud<S>) -> Self {
        Self::new(cloud)
    }
}

impl<S: Store> fmt::Display for CloudStore<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CloudStore({})", self.cloud.name())
    }
}

impl<S> fmt::Debug for CloudStore<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CloudStore").field(&self.cloud).finish()
    }
}
