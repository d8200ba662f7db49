use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::future::{Either, Shared, select};
use futures_util::{FutureExt, stream};
use object_store::path::Path;
use object_store::{
    MultipartUpload, PutMultipartOptions, PutPayload, PutPayloadIntoIter, PutResult, Result, UploadPart,
};
use tokio::sync::{mpsc, oneshot};

use super::put::{asked_for, result};
use super::{CloudStore, error};
use crate::cloud::{InsertOptions, Upload};
use crate::error::{Error, ErrorKind};
use crate::store::Store;

impl<S: Store> CloudStore<S> {
    pub(super) fn begin_multipart(
        &self,
        location: &Path,
        opts: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        let options = InsertOptions::new().at(Self::key(location)?);
        let attributes = asked_for(location, &opts.attributes, &opts.tags)?;
        let (parts, handed_over) = mpsc::unbounded_channel();
        let upload = Upload::from_stream("", content(handed_over)).with_attributes(attributes);
        let cloud = self.cloud.clone();
        let insert = async move {
            match cloud.insert_with(upload, options).await {
                Ok(object) => Ok(result(&object)),
                Err(error) => Err(Arc::new(error)),
            }
        };
        let insert: Insert = insert.boxed().shared();
        Ok(Box::new(Parts { location: location.clone(), open: Some(Open { parts, insert }) }))
    }
}

/// The one insertion that all parts belong to. It goes on while any of the upload's futures is polled, and is
/// gone when they all are.
type Insert = Shared<Pin<Box<dyn Future<Output = Result<PutResult, Arc<Error>>> + Send>>>;

/// An upload whose parts become the content of one insertion.
struct Parts {
    location: Path,
    /// [`None`] once it was completed or aborted.
    open: Option<Open>,
}

struct Open {
    parts: mpsc::UnboundedSender<Message>,
    insert: Insert,
}

enum Message {
    /// A part, and whom to tell when the insertion is done with it.
    Part(PutPayload, oneshot::Sender<()>),
    /// That there are no more: only this makes the content complete.
    End,
}

#[async_trait]
impl MultipartUpload for Parts {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        let location = self.location.clone();
        let Some(Open { parts, insert }) = &self.open else {
            return std::future::ready(Err(error::to_theirs(over(), &location))).boxed();
        };
        let (done, is_done) = oneshot::channel();
        // Here and not when polled: the order of the calls is the order of the parts. That the insertion has
        // failed and takes no more is told below.
        let _ = parts.send(Message::Part(data, done));
        let insert = insert.clone();
        let taken = async move {
            match select(is_done, insert).await {
                Either::Left((Ok(()), _)) => Ok(()),
                Either::Left((Err(_), insert)) => insert.await.map(drop),
                Either::Right((inserted, _)) => inserted.map(drop),
            }
        };
        async move { taken.await.map_err(|error| error::to_theirs(error.restated(), &location)) }.boxed()
    }

    async fn complete(&mut self) -> Result<PutResult> {
        let Some(Open { parts, insert }) = self.open.take() else {
            return Err(error::to_theirs(over(), &self.location));
        };
        let _ = parts.send(Message::End);
        insert.await.map_err(|error| error::to_theirs(error.restated(), &self.location))
    }

    async fn abort(&mut self) -> Result<()> {
        // Without its end the content can only fail, should a part's future go on.
        self.open = None;
        Ok(())
    }
}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parts").field("open", &self.open.is_some()).finish_non_exhaustive()
    }
}

/// The content of the parts, in order.
fn content(parts: mpsc::UnboundedReceiver<Message>) -> impl futures_core::Stream<Item = Result<Bytes, Error>> + Send {
    let begin = Handed { parts, chunks: None, done: None };
    stream::try_unfold(begin, |mut handed| async move {
        loop {
            if let Some(chunk) = handed.chunks.as_mut().and_then(Iterator::next) {
                return Ok(Some((chunk, handed)));
            }
            // Asked for more, the insertion is done with what it had.
            if let Some(done) = handed.done.take() {
                let _ = done.send(());
            }
            match handed.parts.recv().await {
                Some(Message::Part(payload, done)) => {
                    (handed.chunks, handed.done) = (Some(payload.into_iter()), Some(done));
                }
                Some(Message::End) => return Ok(None),
                None => return Err(Error::new(ErrorKind::Cancelled, "the upload was aborted")),
            }
        }
    })
}

struct Handed {
    parts: mpsc::UnboundedReceiver<Message>,
    chunks: Option<PutPayloadIntoIter>,
    done: Option<oneshot::Sender<()>>,
}

fn over() -> Error {
    Error::invalid("the upload was completed or aborted before")
}
