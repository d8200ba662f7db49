use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt;

use cap_std::fs::Dir;

use super::record::{Record, Stamp};
use super::root::{Root, file_options, is_link, split};
use super::{sidecar, xattr};
use crate::error::Result;
use crate::key::Key;
use crate::operation::ObjectMeta;

/// An object found at a key, its file open: it stays readable when another takes its place.
pub(super) struct Object {
    pub(super) file: File,
    pub(super) inode: u64,
    pub(super) stamp: Stamp,
    pub(super) meta: ObjectMeta,
    /// Whether its record is in a sidecar.
    pub(super) has_sidecar: bool,
}

impl Root {
    /// Opens the object; [`None`] where there is none, or a thing that is no regular file.
    pub(super) fn find(&self, key: &Key) -> Result<Option<Object>> {
        let (directories, name) = split(key);
        let Some(parent) = self.directory(directories)? else { return Ok(None) };
        loop {
            match parent.symlink_metadata(name) {
                Ok(metadata) if metadata.is_file() => {}
                Ok(_) => return Ok(None),
                Err(error) => return absent(error),
            }
            let file = match parent.open_with(name, file_options().read(true)) {
                Ok(file) => file.into_std(),
                Err(error) => return absent(error),
            };
            let metadata = file.metadata()?;
            if !metadata.is_file() {
                return Ok(None);
            }
            let (inode, stamp) = (metadata.ino(), Stamp::of(&metadata));
            let mut has_sidecar = false;
            let record = match xattr::read(&file)? {
                Some(bytes) => Record::decode(&bytes, stamp),
                None => {
                    let sidecar = sidecar::read(self, inode)?;
                    has_sidecar = sidecar.is_some();
                    sidecar.and_then(|bytes| Record::decode(&bytes, stamp))
                }
            };
            // A sidecar goes when its object does, which may be between opening the one and the
            // other. An object that is still in its place never had a record.
            if record.is_none() && !has_sidecar && !is_still(&parent, name, inode)? {
                continue;
            }
            let modified = metadata.modified()?;
            let meta = match record {
                Some(record) => record.into_meta(key.clone(), modified),
                None => stamp.into_meta(key.clone(), modified, inode)?,
            };
            return Ok(Some(Object { file, inode, stamp, meta, has_sidecar }));
        }
    }
}

fn is_still(parent: &Dir, name: &str, inode: u64) -> Result<bool> {
    match parent.symlink_metadata(name) {
        Ok(metadata) => Ok(cap_std::fs::MetadataExt::ino(&metadata) == inode),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn absent(error: io::Error) -> Result<Option<Object>> {
    if error.kind() == io::ErrorKind::NotFound || is_link(&error) { Ok(None) } else { Err(error.into()) }
}
