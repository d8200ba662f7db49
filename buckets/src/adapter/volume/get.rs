use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;

use bytes::Bytes;
use futures_util::stream::try_unfold;
use http_body::Frame;
use http_body_util::StreamBody;

use super::blocking;
use super::root::Root;
use crate::body::{FILE_CHUNK, GetBody};
use crate::error::{Error, ErrorKind, Result};
use crate::operation::{Checksum, ChecksumHasher, Fetched, Get};

/// Up to this size content is read together with the opening: a second hop to another thread would
/// cost more than the reading.
const AT_ONCE: u64 = 64 * 1024;

impl Root {
    pub(super) fn fetch(&self, op: &Get) -> Result<Fetched> {
        let object = self.find(&op.key)?.ok_or_else(Error::not_found)?;
        op.condition.check(object.meta.etag.as_ref())?;
        let range = match op.range {
            Some(range) => range.resolve(object.meta.size)?,
            None => 0..object.meta.size,
        };
        let mut reader = Reader::new(object.file, &range, object.meta.size, object.meta.checksum)?;
        let body = match range.end - range.start {
            0..=AT_ONCE => GetBody::from_bytes(reader.next()?),
            _ => reader.into_body(),
        };
        Ok(Fetched::new(object.meta, range, body))
    }
}

/// Reads a part of an open file, and of a whole one also checks what it reads.
struct Reader {
    file: File,
    left: u64,
    check: Option<(ChecksumHasher, Checksum)>,
}

impl Reader {
    fn new(mut file: File, range: &Range<u64>, size: u64, checksum: Option<Checksum>) -> Result<Self> {
        if range.start > 0 {
            file.seek(SeekFrom::Start(range.start))?;
        }
        let left = range.end - range.start;
        let check = checksum.filter(|_| left == size).map(|checksum| (ChecksumHasher::default(), checksum));
        Ok(Self { file, left, check })
    }

    /// The next chunk; empty at the end. The last one is held back if the whole is not what was stored.
    fn next(&mut self) -> Result<Bytes> {
        let wanted = self.left.min(FILE_CHUNK as u64);
        let mut chunk = Vec::with_capacity(wanted as usize);
        (&self.file).take(wanted).read_to_end(&mut chunk)?;
        if (chunk.len() as u64) < wanted {
            return Err(Error::new(ErrorKind::Interrupted, "the file became shorter while it was read"));
        }
        self.left -= wanted;
        if let Some((hasher, checksum)) = &mut self.check {
            hasher.update(&chunk);
            if self.left == 0 && hasher.finish() != *checksum {
                let message = "the file does not have the content that was stored; restore it from a copy";
                return Err(Error::new(ErrorKind::ChecksumMismatch, message).with_retryable(false));
            }
        }
        Ok(chunk.into())
    }

    fn into_body(self) -> GetBody {
        let frames = try_unfold(self, |mut reader| async move {
            if reader.left == 0 {
                return Ok::<_, Error>(None);
            }
            let (chunk, reader) = blocking::run(move |_| Ok((reader.next()?, reader))).await?;
            Ok(Some((Frame::data(chunk), reader)))
        });
        GetBody::from_body(StreamBody::new(frames))
    }
}
