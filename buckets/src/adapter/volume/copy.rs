use std::fs::File;
use std::io::Read;
use std::sync::Arc;

use bytes::Bytes;

use super::blocking::Caller;
use super::record::Stamp;
use super::root::Root;
use super::staged::Staged;
use crate::body::FILE_CHUNK;
use crate::error::{Error, ErrorKind, Result};
use crate::operation::{Checksum, Copy, Stored};

impl Root {
    /// Copies content, never links it: a file changed by hand later must change one object only.
    pub(super) fn duplicate(self: &Arc<Self>, op: Copy, caller: &Caller) -> Result<Stored> {
        let source = self.find(&op.source)?.ok_or_else(Error::not_found)?;
        let mut staged = Staged::create(self)?;
        let checksum = match source.meta.checksum {
            Some(checksum) => {
                staged.clone_from_file(&source.file, source.meta.size, caller)?;
                checksum
            }
            None => read_through(&source.file, &mut staged, caller)?,
        };
        if Stamp::of(&source.file.metadata()?) != source.stamp {
            return Err(Error::new(ErrorKind::Interrupted, "the source was changed while it was copied"));
        }
        staged.commit(op.destination, checksum, source.meta.attributes, &op.condition, caller)
    }
}

/// Copies a file whose checksum is not known yet.
fn read_through(source: &File, staged: &mut Staged, caller: &Caller) -> Result<Checksum> {
    loop {
        let mut chunk = Vec::with_capacity(FILE_CHUNK);
        source.take(FILE_CHUNK as u64).read_to_end(&mut chunk)?;
        if chunk.is_empty() {
            return Ok(staged.checksum());
        }
        staged.write(&[Bytes::from(chunk)], caller)?;
    }
}
