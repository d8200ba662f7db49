use bytes::{Bytes, BytesMut};

use crate::body::PutBody;
use crate::error::Result;

/// The content of an upload in pieces of a given size.
pub(in super::super) struct Pieces {
    body: PutBody,
    is_over: bool,
    /// What came and waits for more, in front of `rest`.
    gathered: BytesMut,
    /// The last chunk, or what is left of it.
    rest: Bytes,
}

impl Pieces {
    pub(in super::super) fn new(body: PutBody) -> Self {
        Self { body, is_over: false, gathered: BytesMut::new(), rest: Bytes::new() }
    }

    /// Whether all the content, from here on, is at most so many bytes. Reads little more than that. Cancel safe.
    pub(in super::super) async fn fit(&mut self, limit: usize) -> Result<bool> {
        while !self.is_over && self.ready() <= limit {
            self.read(limit).await?;
        }
        Ok(self.ready() <= limit)
    }

    /// The next piece: of this size in bytes, or all that is left; [`None`] at the end. What comes in chunks no smaller
    /// than a piece is not copied. Cancel safe.
    pub(in super::super) async fn next(&mut self, size: usize) -> Result<Option<Bytes>> {
        while !self.is_over && self.ready() < size {
            self.read(size).await?;
        }
        let len = size.min(self.ready());
        Ok((len > 0).then(|| self.take(len)))
    }

    /// Reads a chunk. What waits will be of about `size` bytes.
    async fn read(&mut self, size: usize) -> Result<()> {
        let Some(chunk) = self.body.next().await.transpose()? else {
            self.is_over = true;
            return Ok(());
        };
        if self.gathered.is_empty() && !self.rest.is_empty() {
            // A length is only what somebody claims, so it reserves no more than is sure to be gathered.
            let expected = self.body.remaining().map_or(0, |len| usize::try_from(len).unwrap_or(usize::MAX));
            self.gathered.reserve(size.min(expected.saturating_add(self.rest.len() + chunk.len())));
        }
        self.gathered.extend_from_slice(&std::mem::replace(&mut self.rest, chunk));
        Ok(())
    }

    fn ready(&self) -> usize {
        self.gathered.len() + self.rest.len()
    }

    fn take(&mut self, len: usize) -> Bytes {
        if self.gathered.is_empty() {
            return self.rest.split_to(len);
        }
        let missing = len.saturating_sub(self.gathered.len());
        self.gathered.extend_from_slice(&self.rest.split_to(missing));
        self.gathered.split_to(len).freeze()
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    const CONTENT: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz";

    fn chunked(len: usize) -> PutBody {
        PutBody::from_stream(stream::iter(
            CONTENT.chunks(len).map(|chunk| Ok::<_, std::io::Error>(Bytes::from_static(chunk))),
        ))
    }

    #[tokio::test]
    async fn all_pieces_but_the_last_have_the_size_however_the_content_comes() {
        for chunk in 1..=CONTENT.len() {
            for size in 1..=CONTENT.len() + 1 {
                for looked_ahead in [0, 1, 10, 35, 36, 50] {
                    let mut pieces = Pieces::new(chunked(chunk));
                    assert_eq!(pieces.fit(looked_ahead).await.expect("reads"), looked_ahead >= CONTENT.len());
                    let mut all = Vec::new();
                    while let Some(piece) = pieces.next(size).await.expect("reads") {
                        assert_eq!(piece.len(), size.min(CONTENT.len() - all.len()));
                        all.extend_from_slice(&piece);
                    }
                    assert_eq!(all, CONTENT, "chunks of {chunk}, pieces of {size}");
                }
            }
        }
    }

    #[tokio::test]
    async fn bytes_are_not_copied() {
        let content = Bytes::from_static(CONTENT);
        let mut pieces = Pieces::new(content.clone().into());
        assert!(!pieces.fit(20).await.expect("reads"));
        let piece = pieces.next(20).await.expect("reads").expect("a piece");
        assert_eq!(piece.as_ptr(), content.as_ptr());
    }

    #[tokio::test]
    async fn nothing_has_no_pieces_and_a_wrong_length_is_found() {
        let mut none = Pieces::new(PutBody::empty());
        assert!(none.fit(0).await.expect("reads") && none.next(1).await.expect("reads").is_none());
        let mut short = Pieces::new(chunked(5).with_exact_len(37));
        assert!(short.fit(100).await.is_err());
    }
}
