use std::pin::Pin;
use std::task::{Context, Poll};

use buckets::Error;
use buckets::body::{BoxBody, GetBody};
use buckets::operation::{Reply, Response};
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

/// Says how long a call goes on when it has been answered.
pub trait Hold<T> {
    /// Keeps `guard` for as long as the call goes on, and drops it then.
    fn hold<G: Send + 'static>(&self, answer: &mut T, guard: G);
}

/// A call whose answer has a body goes on until the body ends, fails or is dropped, unless all of it
/// is in memory: the store has done its work then.
#[derive(Clone, Copy, Debug, Default)]
pub struct UntilBodyEnds;

/// A call ends with its answer.
#[derive(Clone, Copy, Debug, Default)]
pub struct UntilAnswered;

impl Hold<Response> for UntilBodyEnds {
    fn hold<G: Send + 'static>(&self, answer: &mut Response, guard: G) {
        let Reply::Get(fetched) = &mut answer.reply else { return };
        if fetched.body.as_bytes().is_some() {
            return;
        }
        // Goes with the content and not with the body: a layer above may replace content that broke
        // off, and needs the room for it.
        let body = std::mem::replace(&mut fetched.body, GetBody::from_bytes(Bytes::new()));
        fetched.body = body.map_content(|content| Held { content, _guard: guard });
    }
}

impl<T> Hold<T> for UntilAnswered {
    fn hold<G: Send + 'static>(&self, _: &mut T, guard: G) {
        drop(guard);
    }
}

/// Content, and something that lives as long.
struct Held<G> {
    // Dropped before the guard.
    content: BoxBody,
    _guard: G,
}

// Neither of its parts is ever pinned.
impl<G> Unpin for Held<G> {}

impl<G> Body for Held<G> {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        Pin::new(&mut self.content).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.content.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.content.size_hint()
    }
}
