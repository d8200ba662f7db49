use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use tokio::io::AsyncBufRead;

use super::exact_len::ExactLen;
use super::observer::Observers;
use super::{BodyEnd, BodyObserver, BoxBody};
use crate::error::{BoxError, Error, ErrorKind, Result};
use crate::telemetry::Span;

/// The most memory that `collect` takes before the content is there, in bytes.
const MAX_RESERVATION: u64 = 16 * 1024 * 1024;

/// The content of an object on its way to the reader.
///
/// Read it with [`collect`](Self::collect), chunk by chunk with [`next`](Self::next), as a
/// [`Stream`], as an [`http_body::Body`], or as an `AsyncRead`
/// ([`into_async_read`](Self::into_async_read)). Nothing is read ahead of what is asked for.
///
/// The operation that opened the body ends when the body ends: with success when the whole content
/// was delivered (even if the end was never asked for), with the error it fails with, or as
/// cancelled when it is dropped before. A body that does not have its declared length fails with
/// [`Interrupted`](ErrorKind::Interrupted) or [`Protocol`](ErrorKind::Protocol).
pub struct GetBody {
    content: Content,
    len: ExactLen,
    observers: Observers,
    /// Whether code of the content was called and has not come back.
    running: bool,
}

enum Content {
    Bytes(Bytes),
    Stream(BoxBody),
    Done,
}

impl GetBody {
    /// A body of these bytes.
    pub fn from_bytes(bytes: Bytes) -> Self {
        let len = ExactLen::new(bytes.len() as u64);
        Self::new(Content::Bytes(bytes), len)
    }

    /// A body that streams. A length that its size hint gives exactly is enforced.
    pub fn from_body<B>(body: B) -> Self
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let len = body.size_hint().exact().map_or_else(ExactLen::default, ExactLen::new);
        let body = body.map_err(|error| Error::from_boxed(error.into())).boxed_unsync();
        Self::new(Content::Stream(body), len)
    }

    fn new(content: Content, len: ExactLen) -> Self {
        Self { content, len, observers: Observers::default(), running: false }
    }

    /// Holds the body to this length, in bytes.
    pub(crate) fn with_exact_len(mut self, len: u64) -> Self {
        self.len = ExactLen::new(len);
        self
    }

    /// Has `observer` follow the body. Observers added later are told of the end later.
    pub fn observe(&mut self, observer: Box<dyn BodyObserver>) {
        self.observers.push(observer);
    }

    /// Has the body end `span`: it counts bytes, notes the first one, and ends as the body does.
    pub fn observe_span(&mut self, span: Span) {
        self.observers.push_span(span);
    }

    /// Wraps the content, keeping length and observers: for layers that change or delay chunks
    /// without changing their total length.
    pub fn map_content<B>(mut self, wrap: impl FnOnce(BoxBody) -> B) -> Self
    where
        B: Body<Data = Bytes, Error = Error> + Send + 'static,
    {
        let inner = match std::mem::replace(&mut self.content, Content::Done) {
            Content::Stream(body) => body,
            Content::Bytes(bytes) => http_body_util::Full::new(bytes).map_err(|never| match never {}).boxed_unsync(),
            Content::Done => http_body_util::Empty::new().map_err(|never| match never {}).boxed_unsync(),
        };
        self.running = true;
        self.content = Content::Stream(wrap(inner).boxed_unsync());
        self.running = false;
        self
    }

    /// What is still to come, if it is in memory: to look at, not to read.
    pub fn as_bytes(&self) -> Option<&Bytes> {
        match &self.content {
            Content::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// Bytes still to come, where known.
    pub fn remaining(&self) -> Option<u64> {
        self.len.remaining()
    }

    /// The next chunk, [`None`] at the end. Cancel safe: a chunk is either returned or still to come.
    ///
    /// # Errors
    /// What the store fails with, and a wrong length; the body is over then.
    pub async fn next(&mut self) -> Option<Result<Bytes>> {
        std::future::poll_fn(|context| self.poll_chunk(context)).await
    }

    /// The whole content, if it is at most `limit` bytes. A body in memory is not copied.
    ///
    /// # Errors
    /// [`TooLarge`](ErrorKind::TooLarge), before reading where the length is known; what the store
    /// fails with; a wrong length.
    pub async fn collect(mut self, limit: u64) -> Result<Bytes> {
        self.gather(limit).await
    }

    /// As [`collect`](Self::collect), of a body that can be asked afterwards how far that came.
    pub(crate) async fn gather(&mut self, limit: u64) -> Result<Bytes> {
        let too_large =
            || Error::new(ErrorKind::TooLarge, format!("the content is larger than the limit of {limit} bytes"));
        if self.remaining().is_some_and(|remaining| remaining > limit) {
            return Err(too_large());
        }
        let Some(first) = self.next().await.transpose()? else { return Ok(Bytes::new()) };
        if first.len() as u64 > limit {
            return Err(too_large());
        }
        if matches!(self.content, Content::Done) {
            return Ok(first);
        }
        let Some(second) = self.next().await.transpose()? else { return Ok(first) };
        // The length is what a peer claims: worth a reservation, not worth any reservation.
        let expected = self.remaining().unwrap_or(0).min(MAX_RESERVATION) as usize;
        let mut all = BytesMut::with_capacity(first.len() + second.len() + expected);
        all.extend_from_slice(&first);
        let mut chunk = Some(second);
        while let Some(bytes) = chunk {
            if (all.len() + bytes.len()) as u64 > limit {
                return Err(too_large());
            }
            all.extend_from_slice(&bytes);
            chunk = self.next().await.transpose()?;
        }
        Ok(all.freeze())
    }

    /// The content as a tokio reader.
    pub fn into_async_read(self) -> impl AsyncBufRead + Send + Unpin + 'static {
        tokio_util::io::StreamReader::new(futures_util::TryStreamExt::map_err(self, std::io::Error::from))
    }

    fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
        self.running = true;
        let polled = self.poll_content(context);
        self.running = false;
        polled.map(|chunk| self.pass_on(chunk?))
    }

    /// The next chunk as the content gives it, [`None`] in place of anything once the body is over.
    fn poll_content(&mut self, context: &mut Context<'_>) -> Poll<Option<Option<Result<Bytes>>>> {
        loop {
            let chunk = match &mut self.content {
                Content::Done => return Poll::Ready(None),
                Content::Bytes(bytes) => Some(Ok(std::mem::take(bytes))).filter(|chunk| {
                    // Once taken, or empty from the beginning, this is the end.
                    chunk.as_ref().is_ok_and(|bytes| !bytes.is_empty())
                }),
                Content::Stream(body) => match ready!(Pin::new(body).poll_frame(context)) {
                    Some(Ok(frame)) => match frame.into_data() {
                        Ok(data) if data.is_empty() => continue,
                        Ok(data) => Some(Ok(data)),
                        Err(_trailers) => continue,
                    },
                    Some(Err(error)) => Some(Err(error)),
                    None => None,
                },
            };
            return Poll::Ready(Some(chunk));
        }
    }

    /// Checks and counts what the content gave, and ends the body where that was the end.
    fn pass_on(&mut self, chunk: Option<Result<Bytes>>) -> Option<Result<Bytes>> {
        let checked = match chunk {
            Some(Ok(bytes)) => self.len.chunk(bytes.len()).map(|()| Some(bytes)),
            Some(Err(error)) => Err(error),
            None => self.len.end().map(|()| None),
        };
        match checked {
            Ok(Some(bytes)) => {
                let is_last = self.is_delivered();
                self.observers.chunk(bytes.len(), is_last);
                if is_last {
                    self.finish(BodyEnd::Complete);
                }
                Some(Ok(bytes))
            }
            Ok(None) => {
                self.finish(BodyEnd::Complete);
                None
            }
            Err(error) => {
                self.finish(BodyEnd::Error(&error));
                Some(Err(error))
            }
        }
    }

    /// Whether nothing can come any more, so that the operation need not wait for a reader who
    /// knows the length and does not ask for the end.
    fn is_delivered(&self) -> bool {
        match &self.content {
            Content::Bytes(bytes) => bytes.is_empty() && self.len.is_met(),
            Content::Stream(body) => self.len.remaining() == Some(0) && body.is_end_stream(),
            Content::Done => true,
        }
    }

    fn finish(&mut self, end: BodyEnd<'_>) {
        self.content = Content::Done;
        self.observers.end(end);
    }
}

impl Drop for GetBody {
    fn drop(&mut self) {
        if !self.observers.is_empty() {
            let delivered = self.len.remaining() == Some(0) || matches!(self.content, Content::Done);
            // What the content does last is still part of the operation.
            self.content = Content::Done;
            self.observers.end(match delivered {
                _ if self.running => BodyEnd::Panicked,
                true => BodyEnd::Complete,
                false => BodyEnd::Dropped,
            });
        }
    }
}

impl Body for GetBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>>>> {
        self.poll_chunk(context).map(|chunk| chunk.map(|chunk| chunk.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        !matches!(self.content, Content::Stream(_)) && self.is_delivered()
    }

    fn size_hint(&self) -> SizeHint {
        match (self.remaining(), &self.content) {
            (Some(remaining), _) => SizeHint::with_exact(remaining),
            (None, Content::Stream(body)) => body.size_hint(),
            (None, _) => SizeHint::with_exact(0),
        }
    }
}

impl Stream for GetBody {
    type Item = Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
        self.poll_chunk(context)
    }
}

impl fmt::Debug for GetBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GetBody").field("remaining", &self.remaining()).finish_non_exhaustive()
    }
}
