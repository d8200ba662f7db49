//! A store of `object_store` that counts what becomes of multipart uploads, and fails when told.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::stream::BoxStream;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result, UploadPart,
};

#[derive(Clone, Debug, Default)]
pub(crate) struct Recorder(Arc<Counts>);

#[derive(Debug, Default)]
pub(crate) struct Counts {
    store: InMemory,
    pub(crate) begun: AtomicUsize,
    pub(crate) parts: AtomicUsize,
    pub(crate) completed: AtomicUsize,
    pub(crate) aborted: AtomicUsize,
    /// Bytes of parts that were handed over and are not yet stored, now and at most.
    held: AtomicUsize,
    pub(crate) most_held: AtomicUsize,
    /// The part that fails, counted from 1.
    pub(crate) fails_at: AtomicUsize,
}

impl std::ops::Deref for Recorder {
    type Target = Counts;
    fn deref(&self) -> &Counts {
        &self.0
    }
}

impl fmt::Display for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Recorder")
    }
}

#[async_trait]
impl ObjectStore for Recorder {
    async fn put_opts(&self, location: &Path, payload: PutPayload, opts: PutOptions) -> Result<PutResult> {
        self.store.put_opts(location, payload, opts).await
    }

    async fn put_multipart_opts(&self, location: &Path, opts: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        self.begun.fetch_add(1, SeqCst);
        let upload = self.store.put_multipart_opts(location, opts).await?;
        Ok(Box::new(Recorded { upload, counts: self.clone() }))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.store.get_opts(location, options).await
    }

    async fn get_ranges(&self, location: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        self.store.get_ranges(location, ranges).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.store.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.store.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.store.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.store.copy_opts(from, to, options).await
    }
}

#[derive(Debug)]
struct Recorded {
    upload: Box<dyn MultipartUpload>,
    counts: Recorder,
}

#[async_trait]
impl MultipartUpload for Recorded {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        let number = self.counts.parts.fetch_add(1, SeqCst) + 1;
        if number == self.counts.fails_at.load(SeqCst) {
            return async { Err(Error::Generic { store: "recorder", source: "as told".into() }) }.boxed();
        }
        let len = data.content_length();
        let held = self.counts.held.fetch_add(len, SeqCst) + len;
        self.counts.most_held.fetch_max(held, SeqCst);
        let (sent, counts) = (self.upload.put_part(data), self.counts.clone());
        async move {
            // As a store that answers later.
            tokio::task::yield_now().await;
            sent.await?;
            counts.held.fetch_sub(len, SeqCst);
            Ok(())
        }
        .boxed()
    }

    async fn complete(&mut self) -> Result<PutResult> {
        self.counts.completed.fetch_add(1, SeqCst);
        self.upload.complete().await
    }

    async fn abort(&mut self) -> Result<()> {
        self.counts.aborted.fetch_add(1, SeqCst);
        self.upload.abort().await
    }
}
