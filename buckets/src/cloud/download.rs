use std::io::SeekFrom;
use std::ops::Range;
use std::path::{Path, PathBuf};

use futures_util::stream::{self, StreamExt, TryStreamExt};
use tempfile::NamedTempFile;
use tokio::io::{AsyncSeekExt, AsyncWriteExt};

use super::load::{blocking, local_failure};
use super::progress::Progress;
use super::{Cloud, Locate};
use crate::error::{Error, ErrorKind, Result};
use crate::operation::{ByteRange, Checksum, ChecksumHasher, Condition, Context, Get, Head, ObjectMeta};
use crate::store::Store;
use crate::telemetry::catalogue::names;

/// How [`Cloud::download`] fetches an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DownloadOptions {
    /// The size of a part, in bytes.
    pub part_size: u64,
    /// How many parts are fetched at once.
    pub concurrency: usize,
}

impl DownloadOptions {
    /// Parts of 8 MiB, 4 at once.
    pub const fn new() -> Self {
        Self { part_size: 8 * 1024 * 1024, concurrency: 4 }
    }

    /// Sets the size of a part, in bytes, at least 1.
    pub const fn with_part_size(mut self, bytes: u64) -> Self {
        self.part_size = if bytes == 0 { 1 } else { bytes };
        self
    }

    /// Sets how many parts are fetched at once, at least 1.
    pub const fn with_concurrency(mut self, parts: usize) -> Self {
        self.concurrency = if parts == 0 { 1 } else { parts };
        self
    }
}

impl Default for DownloadOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl<S: Store> Cloud<S> {
    /// Fetches an object's content into a file, several parts of it at once, and returns its length in bytes.
    ///
    /// For large objects from a store across a network, where one connection is slower than the line. The
    /// file is at `path` when all of it is there, in place of what was; until then, and if anything fails or the future is
    /// dropped, nothing changes there. All parts are of one version of the object, and where the store
    /// tells a checksum of the whole, the whole is held to it. Content is not kept in memory.
    ///
    /// An object whose store gives no tag is fetched in one piece.
    ///
    /// # Errors
    /// [`NotFound`](ErrorKind::NotFound); [`Interrupted`](ErrorKind::Interrupted) if the object is replaced or removed
    /// meanwhile; [`ChecksumMismatch`](ErrorKind::ChecksumMismatch); what the store or the local disk answers.
    pub async fn download(
        &self,
        object: impl Locate,
        path: impl Into<PathBuf>,
        options: DownloadOptions,
    ) -> Result<u64> {
        let key = object.locate(self.name());
        let observed = self.begin_at(&names::CLOUD_LOAD, &key);
        let (context, progress) = (observed.context(), Progress::default());
        let path = path.into();
        let work = async {
            let meta = self.send(Head::new(key?), context.clone(), &progress).await?;
            let file = temporary_beside(&path).await?.into_temp_path();
            let part_size = if meta.etag.is_some() { options.part_size } else { meta.size.max(1) };
            let parts = stream::iter(parts(meta.size, part_size))
                .map(|part| self.fetch_part(&meta, part, &file, context.clone(), &progress))
                .buffered(options.concurrency)
                .try_collect::<Vec<_>>()
                .await?;
            check(&meta, &parts)?;
            blocking(move || file.persist(path).map_err(|error| error.error)).await?;
            Ok(meta.size)
        };
        observed.run(work, &progress, |size| Some(*size)).await
    }

    /// Writes a part of the object to where it belongs in the file, and gives its checksum and length.
    async fn fetch_part(
        &self,
        meta: &ObjectMeta,
        part: Range<u64>,
        file: &Path,
        context: Context,
        progress: &Progress,
    ) -> Result<(Checksum, u64)> {
        let mut get = Get::new(meta.key.clone());
        if let Some(tag) = &meta.etag {
            get = get
                .with_range(ByteRange::from_to(part.start, part.end - 1))
                .with_condition(Condition::if_match(tag.clone()));
        }
        let fetched = self.send(get, context, progress).await.map_err(replaced)?;
        if fetched.range != part {
            return Err(Error::new(ErrorKind::Protocol, "the store answered with another part than asked for"));
        }
        let mut body = fetched.body;
        let mut file = tokio::fs::OpenOptions::new().write(true).open(file).await.map_err(local_failure)?;
        file.seek(SeekFrom::Start(part.start)).await.map_err(local_failure)?;
        let mut hasher = ChecksumHasher::default();
        while let Some(chunk) = body.next().await.transpose()? {
            hasher.update(&chunk);
            file.write_all(&chunk).await.map_err(local_failure)?;
        }
        file.flush().await.map_err(local_failure)?;
        Ok((hasher.finish(), part.end - part.start))
    }
}

fn parts(size: u64, part: u64) -> impl Iterator<Item = Range<u64>> {
    (0..size.div_ceil(part)).map(move |number| number * part..size.min((number + 1) * part))
}

/// A new file in the directory of `path`, so that it can be moved there.
async fn temporary_beside(path: &Path) -> Result<NamedTempFile> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned();
    blocking(move || NamedTempFile::new_in(directory)).await
}

/// Holds the parts together to the checksum of the whole.
fn check(meta: &ObjectMeta, parts: &[(Checksum, u64)]) -> Result<()> {
    let Some(expected) = meta.checksum else { return Ok(()) };
    let whole = parts.iter().fold(Checksum::of(&[]), |whole, (checksum, len)| whole.followed_by(*checksum, *len));
    if whole == expected {
        return Ok(());
    }
    Err(Error::new(ErrorKind::ChecksumMismatch, "the content does not have the checksum that the store tells"))
}

/// That the tag no longer fits, or the object is gone, in words that fit one that was there.
fn replaced(error: Error) -> Error {
    match error.kind() {
        ErrorKind::PreconditionFailed | ErrorKind::NotFound => {
            Error::new(ErrorKind::Interrupted, "the object was replaced or removed while it was read")
                .with_source(error)
        }
        _ => error,
    }
}
