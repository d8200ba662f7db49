//! The record of an object in a file beside it, for file systems without extended attributes.
//!
//! It is named by the inode of the object's file and put into place before that is, so that the
//! rename of the one file makes content and record visible together.

use std::io::{self, Read, Write};

use super::record::Record;
use super::root::{Root, file_options};
use super::step::Step;
use crate::error::Result;

/// The sidecar of the file with this inode, if there is one.
pub(super) fn read(root: &Root, inode: u64) -> Result<Option<Vec<u8>>> {
    match root.sidecars.open_with(name(inode), file_options().read(true)) {
        Ok(file) => {
            let mut bytes = Vec::new();
            file.take(Record::MAX_LEN as u64).read_to_end(&mut bytes)?;
            Ok(Some(bytes))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Puts the sidecar of the file with this inode into place. The file must be kept open, so that no
/// other gets its inode.
pub(super) fn write(root: &Root, inode: u64, staged_name: &str, bytes: &[u8]) -> Result<()> {
    let temporary = format!("{staged_name}.meta");
    let placed = (|| {
        let mut file = root.staging.open_with(&temporary, file_options().write(true).create_new(true))?;
        file.write_all(bytes)?;
        if root.settings.fsync {
            file.sync_all()?;
        }
        root.reach(Step::PlaceSidecar)?;
        root.staging.rename(&temporary, &root.sidecars, name(inode))?;
        Ok(())
    })();
    if placed.is_err() {
        // Whatever is left is swept later.
        let _ = root.staging.remove_file(&temporary);
        return placed;
    }
    root.sync_directory(&root.sidecars)
}

/// Removes the sidecar of the file with this inode, which must be kept open meanwhile.
pub(super) fn remove(root: &Root, inode: u64) -> Result<()> {
    root.reach(Step::RemoveSidecar)?;
    Ok(root.sidecars.remove_file(name(inode))?)
}

/// The inode that the sidecar of this name belongs to.
pub(super) fn inode(name: &str) -> Option<u64> {
    u64::from_str_radix(name, 16).ok()
}

fn name(inode: u64) -> String {
    format!("{inode:x}")
}
