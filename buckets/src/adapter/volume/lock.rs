use std::fs::File;
use std::io;

use super::root::{Root, file_options};
use super::step::Step;
use crate::error::Result;
use crate::key::Key;
use crate::operation::Checksum;

/// How many locks there are; keys that share one wait for each other.
const LOCKS: u32 = 64;

impl Root {
    /// Locks the key until the file is dropped, against other threads and other processes alike:
    /// each call opens the lock's file anew, and the lock belongs to that opening.
    pub(super) fn lock(&self, key: &Key) -> Result<File> {
        self.reach(Step::Lock)?;
        // The hash is part of what processes agree on: it must not depend on how they were built.
        let name = format!("{:02x}", Checksum::of(key.as_str().as_bytes()).crc32c() % LOCKS);
        let file = self.locks.open_with(name, file_options().write(true).create(true))?.into_std();
        loop {
            match file.lock() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Ok(()) => return Ok(file),
                Err(error) => return Err(error.into()),
            }
        }
    }
}
