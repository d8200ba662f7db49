use crate::error::Result;

/// The steps of an operation that change the disk, in their order; tests stop or fail there.
#[doc(hidden)]
#[cfg_attr(not(feature = "testing"), allow(unreachable_pub, reason = "only tests see it"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Step {
    /// About to create the staged file.
    Stage,
    /// About to write a chunk to it.
    Write,
    /// About to set its metadata.
    Describe,
    /// About to put its sidecar into place.
    PlaceSidecar,
    /// About to sync it.
    Sync,
    /// About to lock the key.
    Lock,
    /// About to make a directory.
    MakeDirectory,
    /// About to move the staged file into place.
    Rename,
    /// About to remove an object.
    Unlink,
    /// About to sync a directory.
    SyncDirectory,
    /// About to remove the sidecar of an object that is gone.
    RemoveSidecar,
    /// About to remove an empty directory.
    Prune,
    /// Everything is done but the answer.
    Finish,
}

/// Called at each [`Step`] on the thread that does the work; an error takes the place of the step's own.
#[cfg(feature = "testing")]
pub(super) type Hook = std::sync::Arc<dyn Fn(Step) -> std::io::Result<()> + Send + Sync>;

/// Where the steps are announced: to nobody, unless a test listens.
#[derive(Clone, Default)]
pub(super) struct Steps {
    #[cfg(feature = "testing")]
    pub(super) hook: Option<Hook>,
}

impl Steps {
    #[cfg(feature = "testing")]
    pub(super) fn reach(&self, step: Step) -> Result<()> {
        self.hook.as_ref().map_or(Ok(()), |hook| Ok(hook(step)?))
    }

    #[cfg(not(feature = "testing"))]
    #[inline]
    #[allow(clippy::unused_self, clippy::unnecessary_wraps, reason = "the same shape with the feature `testing`")]
    pub(super) fn reach(&self, _: Step) -> Result<()> {
        Ok(())
    }
}
