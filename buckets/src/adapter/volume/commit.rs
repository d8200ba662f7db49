//! Moving a staged file to its key, in one step that every reader sees whole.

use std::io;

use cap_fs_ext::DirExt;
use cap_std::fs::Dir;

use super::blocking::Caller;
use super::root::{Place, Root, is_no_directory, split};
use super::sidecar;
use super::staged::Staged;
use super::step::Step;
use crate::error::{Error, ErrorKind, Result};
use crate::key::Key;
use crate::operation::{Attributes, Checksum, Condition, Stored};

/// How often to begin again when deletes take away the directories a put has just made. Each time
/// another operation has got its work done, so that this many in a row do not happen by accident.
const ATTEMPTS: usize = 1000;

impl Staged {
    /// Makes the staged content the object at `key`.
    pub(super) fn commit(
        mut self,
        key: Key,
        checksum: Checksum,
        attributes: Attributes,
        condition: &Condition,
        caller: &Caller,
    ) -> Result<Stored> {
        let sealed = self.seal(checksum, attributes)?;
        let root = self.root.clone();
        let lock = root.lock(&key)?;
        let replaced = root.find(&key)?;
        condition.check(replaced.as_ref().and_then(|object| object.meta.etag.as_ref()))?;
        caller.check()?;
        if let Err(error) = root.place(&mut self, &key, condition.is_if_absent()) {
            // The directories that were made for it.
            root.prune(&key);
            return Err(error);
        }
        if let Some(replaced) = replaced.filter(|replaced| replaced.has_sidecar) {
            // If it stays, it belongs to nothing and is swept later.
            let _ = sidecar::remove(&root, replaced.inode);
        }
        drop(lock);
        root.reach(Step::Finish)?;
        Ok(Stored::new(sealed.meta(key)))
    }
}

impl Root {
    fn place(&self, staged: &mut Staged, key: &Key, only_new: bool) -> Result<()> {
        for _ in 0..ATTEMPTS {
            let Some(parent) = self.make_parent(key)? else { continue };
            let (_, name) = split(key);
            make_way(&parent, name)?;
            self.reach(Step::Rename)?;
            match self.rename(staged, &parent, name, only_new) {
                Ok(()) => {
                    staged.moved();
                    return self.sync_directory(&parent);
                }
                // A delete took the directory, or a put made one, in the moment before.
                Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::IsADirectory) => {}
                Err(error) if only_new && error.kind() == io::ErrorKind::AlreadyExists => {
                    return Err(
                        Error::new(ErrorKind::AlreadyExists, "an object of this key exists already").with_source(error)
                    );
                }
                Err(error) => return Err(error.into()),
            }
        }
        let message = "other operations kept taking away the directory of this key; try again later";
        Err(Error::new(ErrorKind::Overloaded, message))
    }

    /// The key's directory, made where it is missing; [`None`] if it was taken away meanwhile.
    fn make_parent(&self, key: &Key) -> Result<Option<Place<'_>>> {
        let mut place = Place::Root(&self.objects);
        for segment in split(key).0 {
            let next = match place.open_dir_nofollow(segment) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    self.reach(Step::MakeDirectory)?;
                    match place.create_dir(segment) {
                        Ok(()) => self.sync_directory(&place)?,
                        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                        Err(error) => return Err(error.into()),
                    }
                    place.open_dir_nofollow(segment)
                }
                opened => opened,
            };
            place = match next {
                Ok(next) => Place::Below(next),
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                Err(error) if is_no_directory(&error) => {
                    let message = "a part of this key is the key of another object, or a symbolic link; \
                                   a volume cannot keep objects below it";
                    return Err(Error::new(ErrorKind::AlreadyExists, message).with_source(error));
                }
                Err(error) => return Err(error.into()),
            };
        }
        Ok(Some(place))
    }

    fn rename(&self, staged: &Staged, parent: &Dir, name: &str, only_new: bool) -> io::Result<()> {
        if !only_new {
            return self.staging.rename(staged.name(), parent, name);
        }
        match rename_new(&self.staging, staged.name(), parent, name) {
            Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => {
                // The file system cannot; a second name can be made only where there is none.
                self.staging.hard_link(staged.name(), parent, name)?;
                // If it stays, it is a second name of the object that nobody sees, swept later.
                let _ = self.staging.remove_file(staged.name());
                Ok(())
            }
            renamed => renamed,
        }
    }

    /// Removes the key's directories that are empty, from the innermost outwards. One that stays is
    /// nothing anybody sees, so that a failure is none of the operation.
    pub(super) fn prune(&self, key: &Key) {
        let mut directory = key.as_str();
        while let Some((parent, _)) = directory.rsplit_once('/') {
            directory = parent;
            if self.prune_one(directory).is_err() {
                break;
            }
        }
    }

    fn prune_one(&self, directory: &str) -> Result<()> {
        let (above, name) = directory.rsplit_once('/').unwrap_or(("", directory));
        // Where another delete was faster, what is above may still be empty.
        let Some(above) = self.directory(above.split('/').filter(|segment| !segment.is_empty()))? else {
            return Ok(());
        };
        self.reach(Step::Prune)?;
        match above.remove_dir(name) {
            Ok(()) => self.sync_directory(&above),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// Fails if what stands at the name cannot be replaced by an object. Directories that hold nothing
/// are taken away: they are left where a process dies between a file and its directory.
fn make_way(parent: &Dir, name: &str) -> Result<()> {
    let metadata = match parent.symlink_metadata(name) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    if metadata.is_file() {
        return Ok(());
    }
    if !metadata.is_dir() {
        let message = "a symbolic link or another thing that is no regular file stands at this key; remove it by hand";
        return Err(Error::new(ErrorKind::AlreadyExists, message));
    }
    match remove_empty(parent, name) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => {
            let message =
                "other objects have this key as the beginning of theirs; a volume cannot keep an object there";
            Err(Error::new(ErrorKind::AlreadyExists, message).with_source(error))
        }
        Err(error) => Err(error.into()),
    }
}

/// Removes a directory with nothing but directories in it.
fn remove_empty(parent: &Dir, name: &str) -> io::Result<()> {
    let directory = parent.open_dir_nofollow(name)?;
    for entry in directory.entries()? {
        let name = entry?.file_name();
        if !directory.symlink_metadata(&name)?.is_dir() {
            return Err(io::ErrorKind::DirectoryNotEmpty.into());
        }
        let Some(name) = name.to_str() else { return Err(io::ErrorKind::DirectoryNotEmpty.into()) };
        remove_empty(&directory, name)?;
    }
    parent.remove_dir(name)
}

#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn rename_new(from: &Dir, name: &str, to: &Dir, new_name: &str) -> io::Result<()> {
    Ok(rustix::fs::renameat_with(from, name, to, new_name, rustix::fs::RenameFlags::NOREPLACE)?)
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn rename_new(_: &Dir, _: &str, _: &Dir, _: &str) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
