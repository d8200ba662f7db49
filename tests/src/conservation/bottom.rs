use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use buckets::adapter::{Backend, Memory};
use buckets::body::{BoxBody, GetBody};
use buckets::operation::{Reply, Request, Response};
use buckets::{Error, Result};
use bytes::Bytes;
use futures_util::stream;
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use tower::Service;

use super::cut::pause;

/// A store in memory that says *pending* before each answer and each chunk, and counts what is in
/// use.
#[derive(Clone)]
pub(super) struct Bottom {
    store: Backend<Memory>,
    in_use: Arc<AtomicU64>,
}

/// How often an answer lets itself be waited for; an extension of a request.
#[derive(Clone, Copy)]
pub(super) struct Pauses(pub(super) u64);

impl Bottom {
    pub(super) fn new() -> Self {
        Self { store: Backend::new(Memory::new()), in_use: Arc::default() }
    }

    /// How many calls and bodies there are.
    pub(super) fn in_use(&self) -> u64 {
        self.in_use.load(Ordering::SeqCst)
    }
}

impl Service<Request> for Bottom {
    type Response = Response;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let in_use = InUse::new(&self.in_use);
        let mut store = self.store.clone();
        let Pauses(pauses) = request.extensions.get().copied().unwrap_or(Pauses(0));
        Box::pin(async move {
            for _ in 0..pauses {
                pause().await;
            }
            let mut response = store.call(request).await?;
            if let Reply::Get(fetched) = &mut response.reply {
                let body = std::mem::replace(&mut fetched.body, GetBody::from_bytes(Bytes::new()));
                fetched.body = body.map_content(|content| in_pieces(content, in_use));
            }
            Ok(response)
        })
    }
}

/// The content, a few bytes at a time with a pause before each piece.
fn in_pieces(content: BoxBody, in_use: InUse) -> BoxBody {
    let pieces = stream::unfold((content, Bytes::new(), in_use), |(mut content, mut rest, in_use)| async move {
        pause().await;
        if rest.is_empty() {
            rest = match content.frame().await? {
                Ok(frame) => frame.into_data().unwrap_or_default(),
                Err(error) => return Some((Err(error), (content, rest, in_use))),
            };
        }
        let piece = rest.split_to(rest.len().min(7));
        Some((Ok(Frame::data(piece)), (content, rest, in_use)))
    });
    StreamBody::new(pieces).boxed_unsync()
}

struct InUse(Arc<AtomicU64>);

impl InUse {
    fn new(count: &Arc<AtomicU64>) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(count))
    }
}

impl Drop for InUse {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
