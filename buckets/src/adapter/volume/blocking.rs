//! File work on threads that may block, and what becomes of it when its caller goes away.

use std::panic::resume_unwind;
use std::sync::{Arc, Weak};

use tokio::runtime::Handle;
use tokio::task::spawn_blocking;

use crate::error::{Error, ErrorKind, Result};

/// Runs `work` on a thread that may block. A panic of `work` goes on here.
///
/// Dropping the future does not stop `work`; it asks [`Caller::check`] before it takes effect.
pub(super) async fn run<T: Send + 'static>(work: impl FnOnce(&Caller) -> Result<T> + Send + 'static) -> Result<T> {
    let waiting = Arc::new(());
    let caller = Caller(Arc::downgrade(&waiting));
    let done = spawn_blocking(move || work(&caller)).await;
    drop(waiting);
    match done.map_err(tokio::task::JoinError::try_into_panic) {
        Ok(result) => result,
        Err(Ok(panic)) => resume_unwind(panic),
        Err(Err(_)) => Err(Error::new(ErrorKind::Cancelled, "the runtime is shutting down")),
    }
}

/// Whoever waits for the work.
#[derive(Debug)]
pub(super) struct Caller(Weak<()>);

impl Caller {
    /// Fails once nobody waits any more.
    pub(super) fn check(&self) -> Result<()> {
        if self.0.strong_count() == 0 {
            return Err(Error::new(ErrorKind::Cancelled, "the caller went away"));
        }
        Ok(())
    }
}

/// Keeps a value whose drop does file work from being dropped on a thread that must not block.
#[derive(Debug)]
pub(super) struct DroppedElsewhere<T: Send + 'static>(Option<T>);

impl<T: Send + 'static> DroppedElsewhere<T> {
    pub(super) fn new(value: Option<T>) -> Self {
        Self(value)
    }

    pub(super) fn take(&mut self) -> Option<T> {
        self.0.take()
    }
}

impl<T: Send + 'static> Drop for DroppedElsewhere<T> {
    fn drop(&mut self) {
        // Without a runtime, or with one that shuts down and drops the closure unrun, the value
        // is dropped right here.
        if let (Some(value), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            drop(runtime.spawn_blocking(move || drop(value)));
        }
    }
}
