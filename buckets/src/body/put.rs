use std::fmt;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use futures_util::TryStreamExt;
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt, StreamBody};
use tokio::io::AsyncRead;
use tokio_util::io::ReaderStream;

use super::exact_len::ExactLen;
use super::{BoxBody, FILE_CHUNK, GetBody};
use crate::error::{BoxError, Error, ErrorKind, Result};

/// The content of an object on its way into a store.
///
/// Made [from](From) bytes, text and `Vec<u8>`, from a [file](Self::from_path), a
/// [stream](Self::from_stream), a [reader](Self::from_reader), any
/// [`http_body::Body`](Self::from_body), or a [function](Self::replayable) that makes one again.
/// Bytes, files and functions can be [cloned](Self::try_clone) and so be sent again; the others
/// are read once. Nothing is read before an adapter asks, and no more than it asks for.
pub struct PutBody {
    content: Content,
    len: ExactLen,
    progress: Option<Arc<AtomicU64>>,
}

enum Content {
    Bytes(Bytes),
    File(Arc<Path>),
    Replay(Arc<dyn Fn() -> BoxBody + Send + Sync>),
    Stream(BoxBody),
    /// All was given out; whether that was enough is still to be said.
    Given,
    Done,
}

impl PutBody {
    /// No content.
    pub fn empty() -> Self {
        Self::new(Content::Bytes(Bytes::new())).with_exact_len(0)
    }

    /// The content of a file, opened when first read. Its length is taken now, and a file that has
    /// another one by then fails the put.
    ///
    /// # Errors
    /// What the file system says, and [`InvalidInput`](ErrorKind::InvalidInput) for anything that
    /// is not a regular file.
    pub async fn from_path(path: impl Into<PathBuf>) -> Result<Self> {
        let path = path.into();
        let metadata = tokio::fs::metadata(&path).await?;
        if !metadata.is_file() {
            return Err(Error::invalid("only a regular file can be stored, and this is none"));
        }
        let len = metadata.len();
        Ok(Self::new(Content::File(path.into())).with_exact_len(len))
    }

    /// What a stream yields; say how much that is with [`with_exact_len`](Self::with_exact_len) if you know.
    pub fn from_stream<S, E>(stream: S) -> Self
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<BoxError>,
    {
        Self::from_body(StreamBody::new(stream.map_ok(Frame::data)))
    }

    /// What a reader yields, in chunks of up to 256 KiB.
    pub fn from_reader(reader: impl AsyncRead + Send + 'static) -> Self {
        Self::from_stream(ReaderStream::with_capacity(reader, FILE_CHUNK))
    }

    /// What an HTTP body yields. A length that its size hint gives exactly is enforced.
    pub fn from_body<B>(body: B) -> Self
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let exact = body.size_hint().exact();
        let this = Self::new(Content::Stream(erase(body)));
        match exact {
            Some(len) => this.with_exact_len(len),
            None => this,
        }
    }

    /// What the bodies yield that `make` makes, one for each time the content is sent.
    pub fn replayable<B>(make: impl Fn() -> B + Send + Sync + 'static) -> Self
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        Self::new(Content::Replay(Arc::new(move || erase(make()))))
    }

    /// Holds the content to this length in bytes: one that ends sooner fails with
    /// [`Interrupted`](ErrorKind::Interrupted), a longer one with [`Protocol`](ErrorKind::Protocol).
    pub fn with_exact_len(mut self, len: u64) -> Self {
        self.len = ExactLen::new(len);
        self
    }

    /// Wraps the content, keeping length and progress: for layers that watch or delay chunks without
    /// changing their total length. What comes of it can be read only once.
    pub fn map_content<B>(mut self, wrap: impl FnOnce(BoxBody) -> B) -> Self
    where
        B: Body<Data = Bytes, Error = Error> + Send + 'static,
    {
        let inner = match std::mem::replace(&mut self.content, Content::Done) {
            Content::Bytes(bytes) => erase(http_body_util::Full::new(bytes)),
            Content::File(path) => read_file(path),
            Content::Replay(make) => make(),
            Content::Stream(body) => body,
            Content::Given | Content::Done => erase(http_body_util::Empty::new()),
        };
        self.content = Content::Stream(wrap(inner).boxed_unsync());
        self
    }

    /// The content once more, for another attempt; [`None`] where it can only be read once or was begun.
    pub fn try_clone(&self) -> Option<Self> {
        let content = match &self.content {
            Content::Bytes(bytes) => Content::Bytes(bytes.clone()),
            Content::File(path) => Content::File(Arc::clone(path)),
            Content::Replay(make) => Content::Replay(Arc::clone(make)),
            Content::Stream(_) | Content::Given | Content::Done => return None,
        };
        Some(Self { content, len: self.len, progress: self.progress.clone() })
    }

    /// The content, if it is in memory, not begun, and of the length it was said to have.
    ///
    /// To look at: [`take_bytes`](Self::take_bytes) reads it, and counts it as progress.
    pub fn as_bytes(&self) -> Option<&Bytes> {
        match &self.content {
            Content::Bytes(bytes) if self.remaining().is_none_or(|len| len == bytes.len() as u64) => Some(bytes),
            _ => None,
        }
    }

    /// Reads the content at once, if [`as_bytes`](Self::as_bytes) has it: for adapters that need not wait.
    pub fn take_bytes(&mut self) -> Option<Bytes> {
        let bytes = self.as_bytes()?.clone();
        if let Some(progress) = &self.progress {
            progress.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        }
        self.content = Content::Done;
        self.len = ExactLen::new(0);
        Some(bytes)
    }

    /// The file with the content, if that is where it is and it was not begun.
    pub fn as_path(&self) -> Option<&Path> {
        match &self.content {
            Content::File(path) => Some(path),
            _ => None,
        }
    }

    /// Bytes still to come, where known.
    pub fn remaining(&self) -> Option<u64> {
        self.len.remaining()
    }

    /// A counter of the bytes read from this body so far, to watch an upload from elsewhere.
    ///
    /// Clones count into the same counter.
    pub fn progress(&mut self) -> Arc<AtomicU64> {
        Arc::clone(self.progress.get_or_insert_default())
    }

    /// The next chunk, never empty; [`None`] at the end. Cancel safe.
    ///
    /// # Errors
    /// What the source fails with, and a wrong length; the body is over then.
    pub async fn next(&mut self) -> Option<Result<Bytes>> {
        std::future::poll_fn(|context| self.poll_chunk(context)).await
    }

    /// The whole content, if it is at most `limit` bytes. Bytes are not copied.
    ///
    /// # Errors
    /// As [`GetBody::collect`].
    pub async fn collect(mut self, limit: u64) -> Result<Bytes> {
        match self.take_bytes() {
            Some(bytes) => GetBody::from_bytes(bytes).collect(limit).await,
            None => GetBody::from_body(self).collect(limit).await,
        }
    }

    fn new(content: Content) -> Self {
        Self { content, len: ExactLen::default(), progress: None }
    }

    fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
        let chunk = loop {
            match &mut self.content {
                Content::Done => return Poll::Ready(None),
                Content::Given => break None,
                Content::Bytes(bytes) => {
                    let bytes = std::mem::take(bytes);
                    self.content = Content::Given;
                    if !bytes.is_empty() {
                        break Some(Ok(bytes));
                    }
                }
                Content::File(path) => self.content = Content::Stream(read_file(Arc::clone(path))),
                Content::Replay(make) => self.content = Content::Stream(make()),
                Content::Stream(body) => match ready!(Pin::new(body).poll_frame(context)) {
                    Some(Ok(frame)) => match frame.into_data() {
                        Ok(data) if !data.is_empty() => break Some(Ok(data)),
                        _ => {}
                    },
                    Some(Err(error)) => break Some(Err(error)),
                    None => break None,
                },
            }
        };
        Poll::Ready(self.pass_on(chunk))
    }

    fn pass_on(&mut self, chunk: Option<Result<Bytes>>) -> Option<Result<Bytes>> {
        let checked = match chunk {
            Some(Ok(bytes)) => self.len.chunk(bytes.len()).map(|()| Some(bytes)),
            Some(Err(error)) => Err(error),
            None => self.len.end().map(|()| None),
        };
        match &checked {
            Ok(Some(bytes)) => {
                if let Some(progress) = &self.progress {
                    progress.fetch_add(bytes.len() as u64, Ordering::Relaxed);
                }
            }
            Ok(None) | Err(_) => self.content = Content::Done,
        }
        checked.transpose()
    }
}

fn erase<B>(body: B) -> BoxBody
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    body.map_err(source_error).boxed_unsync()
}

/// An error of the content's source. What is not ours says that the content broke off, which is
/// what a client that went away looks like.
fn source_error(error: impl Into<BoxError>) -> Error {
    let error = Error::from_boxed(error.into());
    if error.kind() != ErrorKind::Other {
        return error;
    }
    Error::new(ErrorKind::Interrupted, "the source of the content failed").with_source(error)
}

fn read_file(path: Arc<Path>) -> BoxBody {
    let stream = futures_util::stream::once(async move { tokio::fs::File::open(&*path).await })
        .map_ok(|file| ReaderStream::with_capacity(file, FILE_CHUNK))
        .try_flatten()
        .map_ok(Frame::data)
        .map_err(Error::from);
    StreamBody::new(stream).boxed_unsync()
}

impl Default for PutBody {
    fn default() -> Self {
        Self::empty()
    }
}

impl Body for PutBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>>>> {
        self.poll_chunk(context).map(|chunk| chunk.map(|chunk| chunk.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        let is_over = match &self.content {
            Content::Bytes(bytes) => bytes.is_empty(),
            Content::Stream(body) => body.is_end_stream(),
            Content::Given => true,
            Content::Done => return true,
            Content::File(_) | Content::Replay(_) => false,
        };
        // A wrong length is still to be told.
        is_over && self.len.is_met()
    }

    fn size_hint(&self) -> SizeHint {
        match (self.remaining(), &self.content) {
            (Some(remaining), _) => SizeHint::with_exact(remaining),
            (None, Content::Stream(body)) => body.size_hint(),
            (None, _) => SizeHint::default(),
        }
    }
}

impl From<Bytes> for PutBody {
    fn from(bytes: Bytes) -> Self {
        let len = bytes.len() as u64;
        Self::new(Content::Bytes(bytes)).with_exact_len(len)
    }
}

impl From<Vec<u8>> for PutBody {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes::from(bytes).into()
    }
}

impl From<String> for PutBody {
    fn from(text: String) -> Self {
        Bytes::from(text).into()
    }
}

impl From<&'static str> for PutBody {
    fn from(text: &'static str) -> Self {
        Bytes::from_static(text.as_bytes()).into()
    }
}

impl From<&'static [u8]> for PutBody {
    fn from(bytes: &'static [u8]) -> Self {
        Bytes::from_static(bytes).into()
    }
}

impl From<GetBody> for PutBody {
    /// Passes a download on; its length, if known, is enforced.
    fn from(body: GetBody) -> Self {
        let remaining = body.remaining();
        let this = Self::new(Content::Stream(body.boxed_unsync()));
        match remaining {
            Some(len) => this.with_exact_len(len),
            None => this,
        }
    }
}

impl fmt::Debug for PutBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let content = match &self.content {
            Content::Bytes(_) => "bytes",
            Content::File(_) => "file",
            Content::Replay(_) => "replayable",
            Content::Stream(_) => "stream",
            Content::Given | Content::Done => "done",
        };
        f.debug_struct("PutBody").field("content", &content).field("remaining", &self.remaining()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_taken_at_once_are_counted_as_if_read() {
        let mut body = PutBody::from("abc");
        let progress = body.progress();
        assert_eq!(body.take_bytes().expect("in memory"), "abc");
        assert_eq!((progress.load(Ordering::Relaxed), body.remaining()), (3, Some(0)));
        assert!(body.take_bytes().is_none());
        assert!(PutBody::from("abc").with_exact_len(2).take_bytes().is_none());
    }

    #[tokio::test]
    async fn a_declared_length_alone_takes_no_memory() {
        let body =
            PutBody::from_stream(futures_util::stream::iter(["a", "b"].map(|chunk| Ok::<_, Error>(chunk.into()))));
        let collected = body.with_exact_len(u64::MAX).collect(u64::MAX).await;
        assert_eq!(collected.expect_err("too short").kind(), ErrorKind::Interrupted);
    }
}
