use bytes::{Bytes, BytesMut};

use crate::body::PutBody;
use crate::error::{Error, ErrorKind, Result};
use crate::operation::{Checksum, ChecksumHasher};

/// Smaller chunks are copied together, so that a part has few of them however it arrived.
const KEPT_CHUNK: usize = 16 * 1024;

/// Cuts content into parts of one size, only the last of which may be smaller, and compares the checksum at the end.
pub(super) struct Parts {
    body: PutBody,
    size: usize,
    begun: Part,
    /// Small chunks of the begun part.
    small: BytesMut,
    /// What of the last chunk belongs to the next part.
    rest: Bytes,
    given: u64,
    over: bool,
    expected: Option<(Checksum, ChecksumHasher)>,
}

/// A piece of content.
#[derive(Debug, Default)]
pub(super) struct Part {
    pub(super) chunks: Vec<Bytes>,
    pub(super) len: usize,
}

impl Parts {
    pub(super) fn new(body: PutBody, size: usize, checksum: Option<Checksum>) -> Self {
        let expected = checksum.map(|checksum| (checksum, ChecksumHasher::default()));
        Self {
            body,
            size,
            begun: Part::default(),
            small: BytesMut::new(),
            rest: Bytes::new(),
            given: 0,
            over: false,
            expected,
        }
    }

    /// How many bytes the parts had so far.
    pub(super) fn given(&self) -> u64 {
        self.given
    }

    /// The next part; [`None`] when all was given out, and the checksum is right. Cancel safe.
    pub(super) async fn next(&mut self) -> Result<Option<Part>> {
        while !self.over && self.begun.len < self.size {
            let chunk = match std::mem::take(&mut self.rest) {
                rest if !rest.is_empty() => rest,
                _ => match self.body.next().await.transpose()? {
                    Some(chunk) => chunk,
                    None => {
                        self.over = true;
                        break;
                    }
                },
            };
            self.take(chunk);
        }
        if self.over {
            self.verify()?;
        }
        if self.begun.len == 0 {
            return Ok(None);
        }
        self.keep_small();
        let part = std::mem::take(&mut self.begun);
        self.given += part.len as u64;
        Ok(Some(part))
    }

    /// All there is in one part, if that is at most `limit` bytes.
    pub(super) async fn gather(&mut self, limit: u64) -> Result<Part> {
        let mut whole = Part::default();
        while let Some(mut part) = self.next().await? {
            if self.given > limit {
                return Err(Error::new(
                    ErrorKind::TooLarge,
                    format!("the content is larger than the {limit} bytes that the adapter may send in one piece"),
                ));
            }
            whole.len += part.len;
            whole.chunks.append(&mut part.chunks);
        }
        Ok(whole)
    }

    fn take(&mut self, mut chunk: Bytes) {
        self.rest = chunk.split_off(chunk.len().min(self.size - self.begun.len));
        self.begun.len += chunk.len();
        if let Some((_, hasher)) = &mut self.expected {
            hasher.update(&chunk);
        }
        if chunk.len() < KEPT_CHUNK {
            self.small.extend_from_slice(&chunk);
        } else {
            self.keep_small();
            self.begun.chunks.push(chunk);
        }
    }

    fn keep_small(&mut self) {
        if !self.small.is_empty() {
            self.begun.chunks.push(self.small.split().freeze());
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

    fn parts(chunks: &[&'static [u8]], size: usize) -> Parts {
        let chunks: Vec<_> = chunks.iter().map(|chunk| Ok::<_, Error>(Bytes::from_static(chunk))).collect();
        Parts::new(PutBody::from_stream(futures_util::stream::iter(chunks)), size, None)
    }

    async fn cut(chunks: &[&'static [u8]], size: usize) -> Vec<Vec<u8>> {
        let (mut parts, mut cut) = (parts(chunks, size), Vec::new());
        while let Some(part) = parts.next().await.expect("a part") {
            assert_eq!(part.len, part.chunks.concat().len());
            cut.push(part.chunks.concat());
        }
        cut
    }

    #[tokio::test]
    async fn all_parts_but_the_last_have_one_size() {
        assert_eq!(cut(&[b"abc", b"defghij", b"k"], 4).await, [&b"abcd"[..], b"efgh", b"ijk"]);
        assert_eq!(cut(&[b"abcdefgh"], 4).await, [b"abcd", b"efgh"]);
        assert_eq!(cut(&[b"abc"], 4).await, [b"abc"]);
        assert!(cut(&[], 4).await.is_empty());
    }

    #[tokio::test]
    async fn chunks_large_and_small_stay_in_order() {
        static LARGE: [u8; KEPT_CHUNK] = [b'x'; KEPT_CHUNK];
        let cut = cut(&[b"abc", b"d", &LARGE, b"ef"], 2 * KEPT_CHUNK).await;
        assert_eq!(cut, [[&b"abcd"[..], &LARGE, b"ef"].concat()]);
    }

    #[tokio::test]
    async fn what_is_gathered_is_bounded() {
        assert_eq!(parts(&[b"abc", b"def"], 4).gather(6).await.expect("fits").chunks.concat(), b"abcdef");
        let refused = parts(&[b"abc", b"def"], 4).gather(5).await.expect_err("too large");
        assert_eq!(refused.kind(), ErrorKind::TooLarge);
    }
}
