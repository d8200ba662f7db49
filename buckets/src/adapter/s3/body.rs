use std::pin::Pin;
use std::task::{Context, Poll, ready};

use aws_sdk_s3::primitives::{ByteStream, SdkBody};
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use super::error;
use crate::error::{Error, ErrorKind, Result};
use crate::operation::{Checksum, ChecksumHasher};

/// A download: its errors are ours, and its last chunk comes only if the whole has the checksum it should have.
pub(super) struct Download {
    inner: SdkBody,
    remaining: u64,
    check: Option<(ChecksumHasher, Checksum)>,
}

impl Download {
    /// The content of `stream`, which has this length, and this checksum if that is to be looked at.
    pub(super) fn new(stream: ByteStream, len: u64, checksum: Option<Checksum>) -> Self {
        let check = checksum.map(|checksum| (ChecksumHasher::default(), checksum));
        Self { inner: stream.into_inner(), remaining: len, check }
    }

    fn verified(&mut self, data: Bytes) -> Result<Bytes> {
        self.remaining = self.remaining.saturating_sub(data.len() as u64);
        if let Some((hasher, expected)) = &mut self.check {
            hasher.update(&data);
            if self.remaining == 0 && hasher.finish() != *expected {
                return Err(Error::new(
                    ErrorKind::ChecksumMismatch,
                    "the content does not have the checksum that the store tells",
                ));
            }
        }
        Ok(data)
    }
}

impl Body for Download {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>>>> {
        loop {
            let frame = match ready!(Pin::new(&mut self.inner).poll_frame(context)) {
                Some(Ok(frame)) => frame,
                Some(Err(error)) => return Poll::Ready(Some(Err(error::from_body(error)))),
                None => return Poll::Ready(None),
            };
            if let Ok(data) = frame.into_data() {
                return Poll::Ready(Some(self.verified(data).map(Frame::data)));
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.remaining)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::GetBody;

    #[tokio::test]
    async fn content_with_another_checksum_never_comes_whole() {
        for (content, checksum) in [(&b"hello"[..], Checksum::of(b"hello")), (&b"hellp"[..], Checksum::of(b"hello"))] {
            let body = Download::new(ByteStream::from_static(content), 5, Some(checksum));
            let collected = GetBody::from_body(body).collect(10).await;
            match content {
                b"hello" => assert_eq!(collected.expect("whole"), "hello"),
                _ => assert_eq!(collected.expect_err("damaged").kind(), ErrorKind::ChecksumMismatch),
            }
        }
    }
}
