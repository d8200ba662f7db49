use std::pin::pin;

use futures_util::StreamExt;
use futures_util::future::{Either, select};
use futures_util::stream::FuturesUnordered;
use object_store::{MultipartUpload, PutPayload, UploadPart};

use super::payload;
use crate::bridge::object_store_0_14::error;
use crate::bridge::parts::Parts;
use crate::error::Result;

/// Sends `begun` and what else there is, `concurrency` parts at once, and completes the upload: all of it or nothing.
pub(super) async fn send(
    upload: Box<dyn MultipartUpload>,
    begun: [PutPayload; 2],
    parts: &mut Parts,
    concurrency: usize,
) -> Result<Option<String>> {
    let mut pending = Pending(Some(upload));
    let sent = pending.send(begun, parts, concurrency).await;
    match sent {
        Ok(tag) => {
            pending.0 = None;
            Ok(tag)
        }
        Err(error) => {
            pending.abort().await;
            Err(error)
        }
    }
}

/// An upload that is aborted unless it is taken out.
struct Pending(Option<Box<dyn MultipartUpload>>);

impl Pending {
    async fn send(&mut self, begun: [PutPayload; 2], parts: &mut Parts, concurrency: usize) -> Result<Option<String>> {
        let Some(upload) = &mut self.0 else { return Ok(None) };
        let mut sending = FuturesUnordered::<UploadPart>::new();
        for part in begun {
            limit(&mut sending, concurrency).await?;
            sending.push(upload.put_part(part));
        }
        while let Some(part) = next(parts, &mut sending).await? {
            limit(&mut sending, concurrency).await?;
            sending.push(upload.put_part(part));
        }
        limit(&mut sending, 1).await?;
        Ok(upload.complete().await.map_err(error::to_ours)?.e_tag)
    }

    async fn abort(mut self) {
        if let Some(upload) = &mut self.0 {
            // The error that led here is the one to tell.
            let _ = upload.abort().await;
        }
        self.0 = None;
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if let (Some(mut upload), Ok(runtime)) = (self.0.take(), tokio::runtime::Handle::try_current()) {
            runtime.spawn(async move { upload.abort().await });
        }
    }
}

/// The next part, while those on their way go on.
async fn next(parts: &mut Parts, sending: &mut FuturesUnordered<UploadPart>) -> Result<Option<PutPayload>> {
    let mut part = pin!(parts.next());
    loop {
        if sending.is_empty() {
            return Ok(part.await?.map(payload));
        }
        match select(part, sending.next()).await {
            Either::Left((part, _)) => return Ok(part?.map(payload)),
            Either::Right((sent, unfinished)) => {
                sent.transpose().map_err(error::to_ours)?;
                part = unfinished;
            }
        }
    }
}

/// Waits until fewer than `most` parts are on their way.
async fn limit(sending: &mut FuturesUnordered<UploadPart>, most: usize) -> Result<()> {
    while sending.len() >= most {
        sending.next().await.transpose().map_err(error::to_ours)?;
    }
    Ok(())
}
