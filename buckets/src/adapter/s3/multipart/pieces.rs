use bytes::{Bytes, BytesMut};

use crate::body::PutBody;
use crate::error::Result;

/// The content of an upload in pieces of a given size.
pub(in super::super) struct Pieces {
    body: PutBody,
    is_over: bool,
    /// Whether there is more than was looked for.
    is_long: bool,
    /// What came and waits for more, in front of `rest`.
    gathered: BytesMut,
    /// The last chunk, or what is left of it.
    rest: Bytes,
}

impl Pieces {
    pub(in super::super) fn new(body: PutBody) -> Self {
        Self { body, is_over: false, is_long: false, gathered: BytesMut::new(), rest: Bytes::new() }
    }

    /// Whether all the content, from here on, is at most so many bytes. Reads little more than that, and nothing where
    /// the length alone tells that it is more. Cancel safe.
    pub(in super::super) async fn fit(&mut self, limit: usize) -> Result<bool> {
        let known = self.body.remaining().unwrap_or(0).saturating_add(self.ready() as u64);
        self.is_long = known > limit as u64;
        while !self.is_over && !self.is_long {
            self.read(limit).await?;
            self.is_long = self.ready() > limit;
        }
        Ok(!self.is_long)
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

    /// Reads a chunk, and gathers no more than `size` bytes in one place: what waits for the next piece lies elsewhere, so
    /// that no piece keeps the memory of another.
    async fn read(&mut self, size: usize) -> Result<()> {
        let Some(mut chunk) = self.body.next().await.transpose()? else {
            self.is_over = true;
            return Ok(());
        };
        let is_enough = chunk.len() >= size || self.body.remaining() == Some(0);
        if self.ready() == 0 && is_enough {
            self.rest = chunk;
            return Ok(());
        }
        // Reserves no more than there is: a length is only what somebody claims, but is held to it.
        let expected = match self.body.remaining() {
            Some(len) => len.saturating_add((self.ready() + chunk.len()) as u64),
            None if self.is_long => u64::MAX,
            None => 0,
        };
        let expected = usize::try_from(expected).unwrap_or(usize::MAX).min(size);
        self.gathered.reserve(expected.saturating_sub(self.gathered.len()));
        self.gathered.extend_from_slice(&std::mem::take(&mut self.rest));
        let missing = size.saturating_sub(self.gathered.len());
        self.gathered.extend_from_slice(&chunk.split_to(missing.min(chunk.len())));
        self.rest = chunk;
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
        let piece =
            if self.gathered.len() == len { std::mem::take(&mut self.gathered) } else { self.gathered.split_to(len) };
        piece.freeze()
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
    async fn a_piece_keeps_no_memory_but_its_own() {
        for len in [None, Some(CONTENT.len() as u64)] {
            let body = len.into_iter().fold(chunked(7), PutBody::with_exact_len);
            let mut pieces = Pieces::new(body);
            assert!(!pieces.fit(10).await.expect("reads"));
            for _ in 0..3 {
                assert!(pieces.next(10).await.expect("reads").expect("a piece").is_unique());
            }
        }
    }

    #[tokio::test]
    async fn what_is_said_to_be_long_is_not_waited_for() {
        let said = PutBody::from_stream(stream::pending::<std::io::Result<Bytes>>()).with_exact_len(21);
        assert!(!Pieces::new(said).fit(20).await.expect("not read"));
    }

    #[tokio::test]
    async fn nothing_has_no_pieces_and_a_wrong_length_is_found() {
        let mut none = Pieces::new(PutBody::empty());
        assert!(none.fit(0).await.expect("reads") && none.next(1).await.expect("reads").is_none());
        let mut short = Pieces::new(chunked(5).with_exact_len(37));
        assert!(short.fit(100).await.is_err());
    }
}
