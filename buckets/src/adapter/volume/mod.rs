//! Objects as files in a directory of the local disk.

mod blocking;
mod builder;
mod commit;
mod copy;
mod delete;
mod get;
mod list;
mod lock;
mod object;
mod put;
mod record;
mod root;
mod sidecar;
mod signer;
mod staged;
mod step;
mod sweep;
mod xattr;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

pub use builder::VolumeBuilder;
pub use signer::{Grant, Signer, SigningKey};
#[cfg(feature = "testing")]
#[doc(hidden)]
pub use step::Step;
pub use sweep::Swept;

use self::root::Root;
use super::{Adapter, Capabilities};
use crate::error::{Error, ErrorKind, Result};
use crate::operation::{
    Copy, Delete, Deleted, Fetched, Get, Head, List, ObjectMeta, OperationKind, Page, Put, Sign, SignedUrl, Stored,
};

/// Objects as files in a directory: `reports/2026.pdf` is the file `2026.pdf` in the directory `reports`.
///
/// What it promises:
/// - An object is old or new, never torn, for every reader and when the process is killed at any
///   moment: content is staged in `.buckets/staging`, and one rename puts it into place together
///   with its attributes, tag and checksum.
/// - `Ok` means that file and directory are on the disk, unless [`fsync`](VolumeBuilder::fsync) is off.
/// - Nothing outside the directory is ever read, written or removed. A symbolic link, wherever it
///   points, is no object: it is not read, listed, or removed, and a put at its place or below it
///   fails with [`AlreadyExists`](crate::ErrorKind::AlreadyExists).
/// - Conditions are judged and the object exchanged under a lock that holds between threads and
///   processes of one machine (`flock`), as do all puts, copies and deletes through a volume.
/// - A read delivers the object it began with, even when it is replaced or deleted meanwhile. A
///   whole object that does not have its checksum any more fails with
///   [`ChecksumMismatch`](crate::ErrorKind::ChecksumMismatch) before its last chunk.
///
/// Files put into the directory by hand can be read; they have no checksum and no attributes, and
/// their tag is made of inode, size and time of modification. A file changed in place by hand loses
/// the attributes, tag and checksum it was stored with.
///
/// As in any directory, `a` and `a/b` cannot both be objects: the second put fails with
/// [`AlreadyExists`](crate::ErrorKind::AlreadyExists). On a file system that ignores case or
/// normalises Unicode, keys that differ only in that are the same object.
///
/// Attributes are kept in the extended attribute `user.buckets` of the file, or, where the file
/// system has none, in `.buckets/meta`. Needs a tokio runtime. Only on Unix.
#[derive(Clone)]
pub struct Volume {
    root: Arc<Root>,
    signer: Option<Signer>,
}

impl Volume {
    /// Opens the directory with the default settings; see [`VolumeBuilder::open`].
    ///
    /// # Errors
    /// As [`VolumeBuilder::open`].
    pub async fn open(root: impl Into<PathBuf>) -> Result<Self> {
        Self::builder(root).open().await
    }

    /// Settings for opening the directory.
    pub fn builder(root: impl Into<PathBuf>) -> VolumeBuilder {
        VolumeBuilder::new(root.into())
    }

    /// Removes what processes that died left half-written, if it is older than this. Puts that are
    /// going on are spared, and so are objects.
    ///
    /// On a file system without extended attributes this walks the whole directory.
    ///
    /// # Errors
    /// What the file system says.
    pub async fn sweep(&self, older_than: Duration) -> Result<Swept> {
        let root = Arc::clone(&self.root);
        blocking::run(move |_| root.sweep(older_than)).await
    }
}

impl Adapter for Volume {
    fn name(&self) -> &str {
        "volume"
    }

    fn capabilities(&self) -> Capabilities {
        match self.signer {
            Some(_) => Capabilities::all(),
            None => Capabilities::all().without(OperationKind::Sign),
        }
    }

    fn store_id(&self) -> Option<String> {
        Some(self.root.identity.clone())
    }

    async fn put(&self, op: Put) -> Result<Stored> {
        self.store(op).await
    }

    async fn get(&self, op: Get) -> Result<Fetched> {
        let root = Arc::clone(&self.root);
        blocking::run(move |_| root.fetch(&op)).await
    }

    async fn head(&self, op: Head) -> Result<ObjectMeta> {
        let root = Arc::clone(&self.root);
        let object = blocking::run(move |_| root.find(&op.key)).await?;
        object.map(|object| object.meta).ok_or_else(Error::not_found)
    }

    async fn delete(&self, op: Delete) -> Result<Deleted> {
        let root = Arc::clone(&self.root);
        blocking::run(move |caller| root.remove(&op, caller)).await
    }

    async fn copy(&self, op: Copy) -> Result<Stored> {
        let root = Arc::clone(&self.root);
        blocking::run(move |caller| root.duplicate(op, caller)).await
    }

    async fn list(&self, op: List) -> Result<Page> {
        let root = Arc::clone(&self.root);
        blocking::run(move |caller| root.page(&op, caller)).await
    }

    async fn sign(&self, op: Sign) -> Result<SignedUrl> {
        match &self.signer {
            Some(signer) => signer.sign(&op),
            None => Err(Error::new(
                ErrorKind::Unsupported,
                "this volume signs no links; open it with `Volume::builder(root).links(Signer::new(..)?)`",
            )),
        }
    }
}

impl fmt::Debug for Volume {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Volume").field("fsync", &self.root.settings.fsync).finish_non_exhaustive()
    }
}
