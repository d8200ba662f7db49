use std::fmt;
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::os::unix::fs::MetadataExt;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use uuid::Uuid;

use super::blocking::Caller;
use super::record::{Record, Stamp};
use super::root::{Root, file_options};
use super::step::Step;
use super::{sidecar, xattr};
use crate::body::FILE_CHUNK;
use crate::error::{Error, ErrorKind, Result};
use crate::key::Key;
use crate::operation::{Attributes, Checksum, ChecksumHasher, ETag, ObjectMeta};

/// How much is written before looking whether the caller still waits.
const SLICE: usize = 8 * 1024 * 1024;

/// An object that is being written, where nobody sees it. Dropped before it
/// [is moved into place](Self::moved), it leaves nothing.
pub(super) struct Staged {
    pub(super) root: Arc<Root>,
    name: String,
    /// Small chunks are gathered, large ones pass through.
    file: BufWriter<File>,
    hasher: ChecksumHasher,
    sidecar: Option<u64>,
    moved: bool,
}

impl Staged {
    pub(super) fn create(root: &Arc<Root>) -> Result<Self> {
        root.reach(Step::Stage)?;
        let name = Uuid::new_v4().simple().to_string();
        let file = root.staging.open_with(&name, file_options().write(true).create_new(true))?.into_std();
        let staged = Self {
            root: Arc::clone(root),
            name,
            file: BufWriter::with_capacity(FILE_CHUNK, file),
            hasher: ChecksumHasher::default(),
            sidecar: None,
            moved: false,
        };
        // Tells a sweep that this one is alive. Where locks are missing, its age has to.
        let _ = staged.file.get_ref().try_lock();
        Ok(staged)
    }

    /// Appends the chunks.
    pub(super) fn write(&mut self, chunks: &[Bytes], caller: &Caller) -> Result<()> {
        for slice in chunks.iter().flat_map(|chunk| chunk.chunks(SLICE)) {
            caller.check()?;
            self.root.reach(Step::Write)?;
            self.hasher.update(slice);
            self.file.write_all(slice)?;
        }
        Ok(())
    }

    /// The checksum of what was [written](Self::write).
    pub(super) fn checksum(&self) -> Checksum {
        self.hasher.finish()
    }

    /// Appends `len` bytes of `source` without computing their checksum; the file system may share them.
    pub(super) fn clone_from_file(&mut self, source: &File, len: u64, caller: &Caller) -> Result<()> {
        let mut left = len;
        while left > 0 {
            caller.check()?;
            self.root.reach(Step::Write)?;
            // The standard library copies from file to file inside the kernel where it can.
            let copied = io::copy(&mut source.take(left.min(SLICE as u64)), &mut self.file.get_ref())?;
            if copied == 0 {
                return Err(Error::new(ErrorKind::Interrupted, "the source became shorter while it was copied"));
            }
            left -= copied;
        }
        Ok(())
    }

    /// Records what belongs to the content and brings both to the disk. Nothing is written after this.
    pub(super) fn seal(&mut self, checksum: Checksum, attributes: Attributes) -> Result<Sealed> {
        self.file.flush()?;
        let file = self.file.get_ref();
        let metadata = file.metadata()?;
        let stamp = Stamp::of(&metadata);
        let etag = ETag::new(Uuid::new_v4().simple().to_string())?;
        let record = Record { etag, checksum, stamp, attributes };
        let encoded = record.encode()?;
        self.root.reach(Step::Describe)?;
        if !(self.root.settings.xattrs && xattr::write(file, &encoded)?) {
            let inode = metadata.ino();
            self.sidecar = Some(inode);
            sidecar::write(&self.root, inode, &self.name, &encoded)?;
        }
        if self.root.settings.fsync {
            self.root.reach(Step::Sync)?;
            file.sync_all()?;
        }
        Ok(Sealed { record, modified: metadata.modified()? })
    }

    /// The name in the staging directory.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Tells that the file is where it belongs now.
    pub(super) fn moved(&mut self) {
        self.moved = true;
    }
}

/// What is known of an object that is ready to be moved into place.
pub(super) struct Sealed {
    record: Record,
    modified: SystemTime,
}

impl Sealed {
    pub(super) fn meta(self, key: Key) -> ObjectMeta {
        self.record.into_meta(key, self.modified)
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if self.moved {
            return;
        }
        // Nobody is left to tell of a failure here; the next sweep tries again.
        if let Some(inode) = self.sidecar {
            let _ = sidecar::remove(&self.root, inode);
        }
        let _ = self.root.staging.remove_file(&self.name);
    }
}

impl fmt::Debug for Staged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Staged").field("name", &self.name).finish_non_exhaustive()
    }
}
