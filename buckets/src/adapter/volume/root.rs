//! The directory of a volume, opened once, and the ways into it that no symbolic link bends.

use std::fmt;
use std::fs::File;
use std::io;
use std::ops::Deref;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;

use cap_fs_ext::{DirExt, FollowSymlinks, OpenOptionsFollowExt, OpenOptionsSyncExt};
use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions};
use rustix::io::Errno;

use super::step::{Step, Steps};
use crate::error::{Error, ErrorKind, Result};
use crate::key::Key;
use crate::telemetry::Clock;

/// The root and the places inside of it that the adapter keeps to itself.
///
/// A key is walked segment by segment, each opened relative to the one before and never through
/// a symbolic link, so that whatever stands in the directory, or is put there meanwhile, nothing
/// outside of it can be reached.
pub(super) struct Root {
    pub(super) objects: Dir,
    /// Files that are being written.
    pub(super) staging: Dir,
    /// Records of objects that could not take an extended attribute.
    pub(super) sidecars: Dir,
    /// Empty files that are locked while an object is exchanged.
    pub(super) locks: Dir,
    pub(super) identity: String,
    pub(super) settings: Settings,
}

/// How to work in the root.
#[derive(Clone)]
pub(super) struct Settings {
    pub(super) fsync: bool,
    pub(super) xattrs: bool,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) steps: Steps,
}

impl Root {
    /// Opens the directory, and makes it and the places inside of it where they are missing.
    pub(super) fn open(path: &Path, settings: Settings) -> Result<Self> {
        std::fs::create_dir_all(path).map_err(open_error)?;
        let objects = Dir::open_ambient_dir(path, ambient_authority()).map_err(open_error)?;
        let own = subdirectory(&objects, Key::RESERVED_SEGMENT)?;
        let metadata = reopen(&objects)?.metadata()?;
        Ok(Self {
            staging: subdirectory(&own, "staging")?,
            sidecars: subdirectory(&own, "meta")?,
            locks: subdirectory(&own, "locks")?,
            identity: format!("volume:{:x}:{:x}", metadata.dev(), metadata.ino()),
            objects,
            settings,
        })
    }

    /// The directory of these segments; [`None`] where there is none or a symbolic link is in the way.
    pub(super) fn directory<'a>(&self, segments: impl Iterator<Item = &'a str>) -> Result<Option<Place<'_>>> {
        let mut place = Place::Root(&self.objects);
        for segment in segments {
            match place.open_dir_nofollow(segment) {
                Ok(next) => place = Place::Below(next),
                Err(error) if is_no_directory(&error) => return Ok(None),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Some(place))
    }

    /// Waits until what is in the directory is on the disk.
    pub(super) fn sync_directory(&self, directory: &Dir) -> Result<()> {
        if self.settings.fsync {
            self.reach(Step::SyncDirectory)?;
            reopen(directory)?.sync_all()?;
        }
        Ok(())
    }

    /// Announces that a step is about to be made.
    pub(super) fn reach(&self, step: Step) -> Result<()> {
        self.settings.steps.reach(step)
    }
}

/// A directory inside the root, or the root.
pub(super) enum Place<'a> {
    Root(&'a Dir),
    Below(Dir),
}

impl Deref for Place<'_> {
    type Target = Dir;

    fn deref(&self) -> &Dir {
        match self {
            Self::Root(dir) => dir,
            Self::Below(dir) => dir,
        }
    }
}

/// The segments of the key's directory, and its file name.
pub(super) fn split(key: &Key) -> (impl Iterator<Item = &str>, &str) {
    let (directory, name) = key.as_str().rsplit_once('/').unwrap_or(("", key.as_str()));
    (directory.split('/').filter(|segment| !segment.is_empty()), name)
}

/// Options that open a file and nothing else: no symbolic link, and without waiting for the other
/// end of a pipe.
pub(super) fn file_options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.follow(FollowSymlinks::No).nonblock(true);
    options
}

/// Whether the error says that there is no such directory, or that it is something else.
pub(super) fn is_no_directory(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) || is_link(error)
}

/// Whether the error says that a symbolic link was not followed, or that what was found had been
/// moved out of the directory by then, which the sandbox tells by an error that is none of the system's.
pub(super) fn is_link(error: &io::Error) -> bool {
    match Errno::from_io_error(error) {
        Some(errno) => errno == Errno::LOOP,
        None => error.kind() == io::ErrorKind::PermissionDenied,
    }
}

/// The directory as a file; the handle it is walked with may be too weak to be synced.
fn reopen(directory: &Dir) -> io::Result<File> {
    directory.open(".").map(cap_std::fs::File::into_std)
}

fn subdirectory(parent: &Dir, name: &str) -> Result<Dir> {
    match parent.create_dir(name) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(open_error(error)),
        _ => {}
    }
    parent.open_dir_nofollow(name).map_err(open_error)
}

const NO_DIRECTORY: &str =
    "the root of a volume and `.buckets` in it must be directories, and another thing is in the place of one";

fn open_error(source: io::Error) -> Error {
    let (kind, message) = match source.kind() {
        _ if is_link(&source) => (ErrorKind::InvalidInput, NO_DIRECTORY),
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => (ErrorKind::InvalidInput, NO_DIRECTORY),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => (
            ErrorKind::PermissionDenied,
            "the root of a volume must be writable; let this user write there, or choose another directory",
        ),
        _ => return Error::from_io(source),
    };
    Error::new(kind, message).with_source(source)
}

impl fmt::Debug for Root {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Root").field("identity", &self.identity).finish_non_exhaustive()
    }
}
