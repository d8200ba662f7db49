use bytes::Bytes;

use super::progress::Progress;
use super::{Cloud, Locate};
use crate::error::Result;
use crate::operation::{ByteRange, Condition, Expectation, Fetched, Get};
use crate::store::Store;
use crate::telemetry::catalogue::names;

/// How [`Cloud::read_with`] and [`Cloud::reader_with`] go about it.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ReadOptions {
    /// The most bytes to take into memory, instead of the cloud's read limit.
    pub limit: Option<u64>,
    /// Which part of the object; [`None`] for all.
    pub range: Option<ByteRange>,
    /// When to go ahead.
    pub condition: Condition,
}

impl ReadOptions {
    /// All of the object, up to the cloud's read limit.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes at most so many bytes into memory.
    pub fn with_limit(mut self, bytes: u64) -> Self {
        self.limit = Some(bytes);
        self
    }

    /// Reads only this part.
    pub fn with_range(mut self, range: ByteRange) -> Self {
        self.range = Some(range);
        self
    }

    /// Goes ahead only under this condition.
    pub fn with_condition(mut self, condition: Condition) -> Self {
        self.condition = condition;
        self
    }

    /// Whether what is asked for is the whole object as it is, so that local content will do.
    fn is_plain(&self) -> bool {
        self.range.is_none() && self.condition.is_none()
    }
}

impl<S: Store> Cloud<S> {
    /// Reads an object's whole content into memory: local content where the object has some, else
    /// from the store.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound); [`TooLarge`](crate::ErrorKind::TooLarge) above the
    /// cloud's read limit (64 MiB unless set); what the store answers.
    pub async fn read(&self, object: impl Locate) -> Result<Bytes> {
        self.read_with(object, ReadOptions::new()).await
    }

    /// Reads an object or a part of it into memory.
    ///
    /// # Errors
    /// As [`read`](Self::read); [`PreconditionFailed`](crate::ErrorKind::PreconditionFailed) where
    /// the condition does not hold; [`InvalidInput`](crate::ErrorKind::InvalidInput) for a range
    /// outside of the object.
    pub async fn read_with(&self, object: impl Locate, options: ReadOptions) -> Result<Bytes> {
        let key = object.locate(self.name());
        let observed = self.begin_at(&names::CLOUD_READ, &key).expecting(Expectation::of(&options.condition));
        let limit = options.limit.unwrap_or(self.shared.read_limit);
        let (context, progress) = (observed.context(), Progress::default());
        let work = async {
            if let Some(data) = object.data().filter(|_| options.is_plain()) {
                return data.read(limit).await;
            }
            let get = Get { key: key?, range: options.range, condition: options.condition };
            progress.receives(self.send(get, context, &progress).await?.body).body.gather(limit).await
        };
        observed.run(work, &progress, |bytes| Some(bytes.len() as u64)).await
    }

    /// Opens an object for reading as a stream; the operation ends when its body does.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound), and what the store answers; the body has errors of its own.
    pub async fn reader(&self, object: impl Locate) -> Result<Fetched> {
        self.reader_with(object, ReadOptions::new()).await
    }

    /// Opens an object or a part of it for reading as a stream. The limit of the options has no meaning here.
    ///
    /// # Errors
    /// As [`reader`](Self::reader) and [`read_with`](Self::read_with).
    pub async fn reader_with(&self, object: impl Locate, options: ReadOptions) -> Result<Fetched> {
        let key = object.locate(self.name());
        let observed = self.begin_at(&names::CLOUD_READER, &key).expecting(Expectation::of(&options.condition));
        let (context, progress) = (observed.context(), Progress::default());
        let work = async {
            let get = Get { key: key?, range: options.range, condition: options.condition };
            self.send(get, context, &progress).await
        };
        observed.run_to_body(work, &progress, |fetched, span| fetched.body.observe_span(span)).await
    }
}
