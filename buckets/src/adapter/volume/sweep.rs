use std::collections::HashSet;
use std::io;
use std::time::Duration;

use cap_fs_ext::DirExt;
use cap_std::fs::{Dir, DirEntry, Metadata, MetadataExt};

use super::root::{Root, file_options, is_no_directory};
use super::sidecar;
use crate::error::{ErrorKind, Result};
use crate::key::Key;

/// What [`Volume::sweep`](super::Volume::sweep) removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Swept {
    /// Files that were being written when their process died.
    pub staged: usize,
    /// Records of objects that are gone.
    pub records: usize,
}

impl Root {
    pub(super) fn sweep(&self, older_than: Duration) -> Result<Swept> {
        Ok(Swept { staged: self.sweep_staging(older_than)?, records: self.sweep_sidecars(older_than)? })
    }

    fn sweep_staging(&self, older_than: Duration) -> Result<usize> {
        let mut removed = 0;
        for entry in self.staging.entries()? {
            let name = entry?.file_name();
            let Some(metadata) = found(self.staging.symlink_metadata(&name))? else { continue };
            if !self.is_older(&metadata, older_than)? || !metadata.is_file() {
                continue;
            }
            let Some(file) = found(self.staging.open_with(&name, file_options().read(true)))? else { continue };
            // Whoever still writes it holds its lock.
            if matches!(file.into_std().try_lock(), Err(std::fs::TryLockError::WouldBlock)) {
                continue;
            }
            removed += usize::from(found(self.staging.remove_file(&name))?.is_some());
        }
        Ok(removed)
    }

    fn sweep_sidecars(&self, older_than: Duration) -> Result<usize> {
        let mut old = HashSet::new();
        for entry in self.sidecars.entries()? {
            let entry = entry?;
            let Some(inode) = entry.file_name().to_str().and_then(sidecar::inode) else { continue };
            let Some(metadata) = found(self.sidecars.symlink_metadata(entry.file_name()))? else { continue };
            if self.is_older(&metadata, older_than)? {
                old.insert(inode);
            }
        }
        if old.is_empty() {
            return Ok(0);
        }
        // Files move from staging to their keys, so that looking in this order misses none.
        forget_inodes_in(&self.staging, &mut old)?;
        for entry in self.objects.entries()? {
            forget_inode(&self.objects, &entry?, &mut old)?;
        }
        let mut removed = 0;
        for inode in old {
            match sidecar::remove(self, inode) {
                Ok(()) => removed += 1,
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(removed)
    }

    fn is_older(&self, metadata: &Metadata, than: Duration) -> Result<bool> {
        let age = self.settings.clock.system_time().duration_since(metadata.modified()?.into_std());
        Ok(age.unwrap_or_default() >= than)
    }
}

fn forget_inodes_in(directory: &Dir, inodes: &mut HashSet<u64>) -> Result<()> {
    for entry in directory.entries()? {
        forget_inode(directory, &entry?, inodes)?;
    }
    Ok(())
}

fn forget_inode(directory: &Dir, entry: &DirEntry, inodes: &mut HashSet<u64>) -> Result<()> {
    let name = entry.file_name();
    let Some(metadata) = found(directory.symlink_metadata(&name))? else { return Ok(()) };
    if !metadata.is_dir() {
        inodes.remove(&metadata.ino());
    } else if name != Key::RESERVED_SEGMENT {
        match directory.open_dir_nofollow(&name) {
            Ok(subdirectory) => forget_inodes_in(&subdirectory, inodes)?,
            Err(error) if is_no_directory(&error) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn found<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        result => result.map(Some),
    }
}
