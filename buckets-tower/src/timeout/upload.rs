use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use buckets::body::{BoxBody, PutBody};
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::Instant;

/// A streamed body on its way to the store, as its attempt sees it.
#[derive(Debug)]
pub struct Upload {
    motion: Arc<Motion>,
    idle: Duration,
}

#[derive(Debug)]
struct Motion {
    began: Instant,
    /// When the last chunk was taken, in nanoseconds from the beginning.
    moved: AtomicU64,
    is_over: AtomicBool,
}

impl Upload {
    /// Has `body` watched: it may stand still for `idle`. What comes back in its place can be read
    /// only once.
    pub fn watch(body: PutBody, idle: Duration) -> (PutBody, Self) {
        let motion =
            Arc::new(Motion { began: Instant::now(), moved: AtomicU64::new(0), is_over: AtomicBool::new(false) });
        let remaining = body.remaining();
        let watched = Arc::clone(&motion);
        let body = body.map_content(|content| WatchedBody { content, remaining, motion: watched });
        (body, Self { motion, idle })
    }

    /// How long the body may stand still, if it is still on its way.
    pub(super) fn idle(&self) -> Option<Duration> {
        (!self.motion.is_over.load(Ordering::Acquire)).then_some(self.idle)
    }

    /// When the body last moved, or began or ended.
    pub(super) fn moved(&self) -> Instant {
        self.motion.began + Duration::from_nanos(self.motion.moved.load(Ordering::Acquire))
    }
}

impl Motion {
    fn note(&self) {
        let nanos = u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.moved.store(nanos, Ordering::Release);
    }

    fn end(&self) {
        if !self.is_over.load(Ordering::Relaxed) {
            self.note();
            self.is_over.store(true, Ordering::Release);
        }
    }
}

/// The body in the request. It is over when all of it was taken, be it that the end is never asked for.
struct WatchedBody {
    content: BoxBody,
    remaining: Option<u64>,
    motion: Arc<Motion>,
}

impl Body for WatchedBody {
    type Data = Bytes;
    type Error = buckets::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, buckets::Error>>> {
        let frame = ready!(Pin::new(&mut self.content).poll_frame(context));
        self.motion.note();
        let taken = frame.as_ref().and_then(|frame| frame.as_ref().ok()?.data_ref()).map_or(0, Bytes::len);
        self.remaining = self.remaining.map(|remaining| remaining.saturating_sub(taken as u64));
        if !matches!(frame, Some(Ok(_))) || self.remaining == Some(0) || self.content.is_end_stream() {
            self.motion.end();
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.content.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.content.size_hint()
    }
}

impl Drop for WatchedBody {
    fn drop(&mut self) {
        self.motion.end();
    }
}
