use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::root::{Root, Settings};
use super::step::Steps;
use super::{Signer, Volume, blocking};
use crate::error::Result;
use crate::telemetry::{Clock, SystemClock};

/// How old what a dead process left must be to be removed when a volume is opened.
const LEFT_BEHIND: Duration = Duration::from_secs(24 * 60 * 60);

/// Settings of a [`Volume`] that is about to be opened; made by [`Volume::builder`].
#[must_use = "a builder does nothing until it is opened"]
pub struct VolumeBuilder {
    path: PathBuf,
    settings: Settings,
    signer: Option<Signer>,
}

impl VolumeBuilder {
    pub(super) fn new(path: PathBuf) -> Self {
        let settings = Settings { fsync: true, xattrs: true, clock: Arc::new(SystemClock), steps: Steps::default() };
        Self { path, settings, signer: None }
    }

    /// Sets whether `Ok` waits until file and directory are on the disk. On by default.
    ///
    /// Off, an object is still old or new, never torn, for every reader and when the process is
    /// killed; after a power failure recent objects may be missing or, on some file systems, empty.
    pub fn fsync(mut self, yes: bool) -> Self {
        self.settings.fsync = yes;
        self
    }

    /// Signs links with `signer`. Without one, [`Sign`](crate::operation::Sign) is an error.
    pub fn links(mut self, signer: Signer) -> Self {
        self.signer = Some(signer);
        self
    }

    /// Sets the clock that tells how old left-over files are.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.settings.clock = Arc::new(clock);
        self
    }

    /// Opens the directory, makes it where it is missing, and removes what a process that died more
    /// than 24 hours ago left half-written.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) if the path is not a directory,
    /// [`PermissionDenied`](crate::ErrorKind::PermissionDenied) if it cannot be written, and what
    /// else the file system says.
    pub async fn open(self) -> Result<Volume> {
        let Self { path, settings, signer } = self;
        let root = blocking::run(move |_| {
            let root = Root::open(&path, settings)?;
            root.sweep(LEFT_BEHIND)?;
            Ok(root)
        });
        Ok(Volume { root: Arc::new(root.await?), signer })
    }

    /// Keeps records in sidecars even where the file system has extended attributes.
    #[cfg(feature = "testing")]
    #[doc(hidden)]
    pub fn without_xattrs(mut self) -> Self {
        self.settings.xattrs = false;
        self
    }

    /// Calls `hook` at each step that changes the disk; its error takes the place of the step's own.
    #[cfg(feature = "testing")]
    #[doc(hidden)]
    pub fn on_step(mut self, hook: impl Fn(super::Step) -> std::io::Result<()> + Send + Sync + 'static) -> Self {
        self.settings.steps.hook = Some(Arc::new(hook));
        self
    }
}

impl fmt::Debug for VolumeBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VolumeBuilder").field("fsync", &self.settings.fsync).finish_non_exhaustive()
    }
}
