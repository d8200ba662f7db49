use std::pin::Pin;
use std::task::{Context, Poll};

use buckets::Error;
use buckets::body::{BoxBody, GetBody};
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use super::transfer::Transfer;

/// Has `transfer` end with what is read of `body`.
pub(super) fn follow(body: &mut GetBody, transfer: Transfer) {
    if let Some(bytes) = body.as_bytes() {
        // Has left the store already.
        return transfer.end(bytes.len() as u64);
    }
    // Goes with the content and not with the body, whose content a layer above may replace by that of
    // another attempt.
    let streaming = std::mem::replace(body, GetBody::from_bytes(Bytes::new()));
    *body = streaming.map_content(|content| Paid { content, bytes: 0, transfer });
}

/// Content that is paid for when it ends or is dropped.
struct Paid {
    content: BoxBody,
    bytes: u64,
    transfer: Transfer,
}

impl Drop for Paid {
    fn drop(&mut self) {
        self.transfer.end(self.bytes);
    }
}

// None of its parts is ever pinned.
impl Unpin for Paid {}

impl Body for Paid {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let polled = Pin::new(&mut self.content).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &polled {
            self.bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.content.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.content.size_hint()
    }
}
