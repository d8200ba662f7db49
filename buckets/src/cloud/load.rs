use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::{NamedTempFile, TempPath};
use tokio::io::AsyncWriteExt;

use super::observe::no_bytes;
use super::progress::Progress;
use super::{Cloud, Data, LoadTo, Object, normalize_filename};
use crate::body::GetBody;
use crate::error::{Error, ErrorKind, Result};
use crate::operation::Get;
use crate::store::Store;
use crate::telemetry::SpanStart;
use crate::telemetry::catalogue::names;

impl<S: Store> Cloud<S> {
    /// Fetches an object's content to work on, into memory, a temporary file or a directory.
    ///
    /// Always fetches; ask [`Object::data`] first to save that. What the object held before is only
    /// let go once the new content is there whole, so a failed fetch loses nothing, and a file of
    /// the caller's is never removed.
    ///
    /// # Errors
    /// [`NotFound`](ErrorKind::NotFound); [`TooLarge`](ErrorKind::TooLarge) when loading to memory
    /// above the cloud's read limit; what the store or the local disk answers.
    pub async fn load(&self, object: &mut Object, to: LoadTo) -> Result<()> {
        let key = super::Locate::locate(&*object, self.name());
        let observed = self.begin_at(&names::CLOUD_LOAD, &key);
        let (context, progress) = (observed.context(), Progress::default());
        let work = async {
            let mut fetched = progress.receives(self.send(Get::new(key?), context, &progress).await?.body);
            match to {
                LoadTo::Memory => {
                    let bytes = fetched.body.gather(self.shared.read_limit).await?;
                    Ok((bytes.len() as u64, Data::Bytes(bytes)))
                }
                LoadTo::TemporaryFile => {
                    let (size, path) = download(&mut fetched.body, std::env::temp_dir()).await?;
                    Ok((size, Data::Temporary(Arc::new(path))))
                }
                LoadTo::Directory(directory) => {
                    let directory = directory.join(object.id().to_string());
                    let (size, path) = download(&mut fetched.body, directory.clone()).await?;
                    let target = directory.join(normalize_filename(object.filename()));
                    path.persist(&target).map_err(|error| local_failure(error.error))?;
                    Ok((size, Data::Loaded(target)))
                }
            }
        };
        let (_, data) = observed.run(work, &progress, |(size, _)| Some(*size)).await?;
        if let Some(Data::Loaded(old)) = object.data().filter(|old| **old != data) {
            remove(old).await?;
        }
        object.set_data(Some(data));
        Ok(())
    }

    /// Lets an object's local content go: frees memory, removes a file that [`load`](Self::load)
    /// made, and leaves a file of the caller's alone.
    ///
    /// # Errors
    /// What the local disk says; the object then still has its content.
    pub async fn unload(&self, object: &mut Object) -> Result<()> {
        let observed = self.begin(&names::CLOUD_UNLOAD, || SpanStart::new().key(object.key()));
        let work = async {
            match object.data() {
                Some(Data::Loaded(path)) => remove(path).await,
                _ => Ok(()),
            }
        };
        observed.run(work, &Progress::default(), no_bytes).await?;
        object.set_data(None);
        Ok(())
    }
}

/// Writes `body` to a new temporary file in `directory`, which goes again unless all of it arrives.
async fn download(body: &mut GetBody, directory: PathBuf) -> Result<(u64, TempPath)> {
    let file = blocking(move || {
        std::fs::create_dir_all(&directory)?;
        NamedTempFile::new_in(directory)
    })
    .await?;
    let (file, path) = file.into_parts();
    let mut file = tokio::fs::File::from_std(file);
    let mut size = 0;
    while let Some(chunk) = body.next().await.transpose()? {
        file.write_all(&chunk).await.map_err(local_failure)?;
        size += chunk.len() as u64;
    }
    file.flush().await.map_err(local_failure)?;
    Ok((size, path))
}

async fn remove(path: &Path) -> Result<()> {
    match tokio::fs::remove_file(path).await {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(local_failure(error)),
        _ => {
            // The directory of this one object; others may have put something there.
            if let Some(directory) = path.parent() {
                let _ = tokio::fs::remove_dir(directory).await;
            }
            Ok(())
        }
    }
}

pub(super) async fn blocking<T: Send + 'static>(f: impl FnOnce() -> std::io::Result<T> + Send + 'static) -> Result<T> {
    match tokio::task::spawn_blocking(f).await {
        Ok(result) => result.map_err(local_failure),
        Err(error) => Err(Error::new(ErrorKind::Other, "a blocking task did not finish").with_source(error)),
    }
}

/// The local disk's failure, told from one of the store: nothing there was *not found*.
pub(super) fn local_failure(error: std::io::Error) -> Error {
    let error = Error::from_io(error);
    match error.kind() {
        ErrorKind::NotFound => Error::new(ErrorKind::Io, "the directory to load into is not there").with_source(error),
        _ => error,
    }
}
