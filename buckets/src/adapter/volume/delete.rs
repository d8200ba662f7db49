use std::io;

use super::blocking::Caller;
use super::root::{Root, split};
use super::sidecar;
use super::step::Step;
use crate::error::Result;
use crate::operation::{Delete, Deleted};

impl Root {
    pub(super) fn remove(&self, op: &Delete, caller: &Caller) -> Result<Deleted> {
        let lock = self.lock(&op.key)?;
        let Some(object) = self.find(&op.key)? else { return Ok(Deleted::new(Some(false))) };
        let (directories, name) = split(&op.key);
        let Some(parent) = self.directory(directories)? else { return Ok(Deleted::new(Some(false))) };
        caller.check()?;
        self.reach(Step::Unlink)?;
        match parent.remove_file(name) {
            Ok(()) => {}
            // By another hand than ours, which would have waited for the lock.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Deleted::new(Some(false))),
            Err(error) => return Err(error.into()),
        }
        self.sync_directory(&parent)?;
        if object.has_sidecar {
            // If it stays, it belongs to nothing and is swept later.
            let _ = sidecar::remove(self, object.inode);
        }
        drop(lock);
        self.prune(&op.key);
        self.reach(Step::Finish)?;
        Ok(Deleted::new(Some(true)))
    }
}
