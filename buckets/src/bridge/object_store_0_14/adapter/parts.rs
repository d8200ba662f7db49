use bytes::Bytes;
use object_store::{PutPayload, PutPayloadMut};

use crate::body::PutBody;
use crate::error::{Error, ErrorKind, Result};
use crate::operation::{Checksum, ChecksumHasher};

/// Smaller chunks are copied together, so that a part has few of them however it arrived.
const KEPT_CHUNK: usize = 16 * 1024;

/// Cuts content into parts of one size, only the last of which may be smaller, and compares the checksum at the end.
pub(super) struct Parts {
    body: PutBody,
    size: usize,
    begun: PutPayloadMut,
    /// What of the last chunk belongs to the next part.
    rest: Bytes,
    sent: u64,
    over: bool,
    expected: Option<(Checksum, ChecksumHasher)>,
}

impl Parts {
    pub(super) fn new(body: PutBody, size: usize, checksum: Option<Checksum>) -> Self {
        let expected = checksum.map(|checksum| (checksum, ChecksumHasher::default()));
        let (begun, rest) = (PutPayloadMut::new(), Bytes::new());
        Self { body, size, begun, rest, sent: 0, over: false, expected }
    }

    /// How many bytes the parts had so far.
    pub(super) fn sent(&self) -> u64 {
        self.sent
    }

    /// The next part; [`None`] when all was given out, and the checksum is right. Cancel safe.
    pub(super) async fn next(&mut self) -> Result<Option<PutPayload>> {
        while !self.over && self.begun.content_length() < self.size {
            let chunk = match std::mem::take(&mut self.rest) {
                rest if !rest.is_empty() => rest,
                _ => match self.body.next().await.transpose()? {
                    Some(chunk) => {
                        if let Some((_, hasher)) = &mut self.expected {
                            hasher.update(&chunk);
                        }
                        chunk
                    }
                    None => {
                        self.over = true;
                        self.verify()?;
                        break;
                    }
                },
            };
            self.take(chunk);
        }
        if self.begun.is_empty() {
            return Ok(None);
        }
        let part = std::mem::take(&mut self.begun).freeze();
        self.sent += part.content_length() as u64;
        Ok(Some(part))
    }

    fn take(&mut self, mut chunk: Bytes) {
        self.rest = chunk.split_off(chunk.len().min(self.size - self.begun.content_length()));
        if chunk.len() < KEPT_CHUNK {
            self.begun.extend_from_slice(&chunk);
        } else {
            self.begun.push(chunk);
        }
    }

    fn verify(&self) -> Result<()> {
        match &self.expected {
            Some((expected, hasher)) if hasher.finish() != *expected => Err(Error::new(
                ErrorKind::ChecksumMismatch,
                "the content does not have the checksum it was said to have",
            )),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn cut(chunks: &[&'static [u8]], size: usize) -> Vec<usize> {
        let chunks: Vec<_> = chunks.iter().map(|chunk| Ok::<_, Error>(Bytes::from_static(chunk))).collect();
        let mut parts = Parts::new(PutBody::from_stream(futures_util::stream::iter(chunks)), size, None);
        let mut lengths = Vec::new();
        while let Some(part) = parts.next().await.expect("a part") {
            lengths.push(part.content_length());
        }
        assert_eq!(parts.sent(), lengths.iter().sum::<usize>() as u64);
        lengths
    }

    #[tokio::test]
    async fn all_parts_but_the_last_have_one_size() {
        assert_eq!(cut(&[b"abc", b"defghij", b"k"], 4).await, [4, 4, 3]);
        assert_eq!(cut(&[b"abcdefgh"], 4).await, [4, 4]);
        assert_eq!(cut(&[b"abc"], 4).await, [3]);
        assert!(cut(&[], 4).await.is_empty());
    }
}
