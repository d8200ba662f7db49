use std::sync::Arc;

use bytes::Bytes;

use super::Volume;
use super::blocking::{self, DroppedElsewhere};
use super::staged::Staged;
use crate::body::{FILE_CHUNK, PutBody};
use crate::error::{Error, ErrorKind, Result};
use crate::operation::{Put, Stored};

impl Volume {
    pub(super) async fn store(&self, op: Put) -> Result<Stored> {
        let Put { key, mut body, attributes, condition, checksum: expected } = op;
        let mut held = DroppedElsewhere::new(None);
        loop {
            let (chunks, more) = gather(&mut body).await?;
            let root = Arc::clone(&self.root);
            let staged: Option<Staged> = held.take();
            if more {
                let written = blocking::run(move |caller| {
                    let mut staged = staged.map_or_else(|| Staged::create(&root), Ok)?;
                    staged.write(&chunks, caller)?;
                    Ok(staged)
                });
                held = DroppedElsewhere::new(Some(written.await?));
                continue;
            }
            let committed = blocking::run(move |caller| {
                let mut staged = staged.map_or_else(|| Staged::create(&root), Ok)?;
                staged.write(&chunks, caller)?;
                let checksum = staged.checksum();
                if expected.is_some_and(|expected| expected != checksum) {
                    let message = "the content does not have the checksum it was sent with";
                    return Err(Error::new(ErrorKind::ChecksumMismatch, message));
                }
                staged.commit(key, checksum, attributes, &condition, caller)
            });
            return committed.await;
        }
    }
}

/// Reads until there is enough to be worth a hop to another thread, and tells whether more may come.
async fn gather(body: &mut PutBody) -> Result<(Vec<Bytes>, bool)> {
    let (mut chunks, mut len) = (Vec::new(), 0);
    while len < FILE_CHUNK {
        match body.next().await.transpose()? {
            Some(chunk) => {
                len += chunk.len();
                chunks.push(chunk);
            }
            None => return Ok((chunks, false)),
        }
    }
    Ok((chunks, true))
}
