use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use tempfile::TempPath;

use crate::body::PutBody;
use crate::error::{Error, ErrorKind, Result};

/// Content that is here, and whose it is.
#[derive(Clone)]
#[non_exhaustive]
pub enum Data {
    /// In memory.
    Bytes(Bytes),
    /// In a file of the caller's, which nothing here ever removes.
    File(PathBuf),
    /// In a temporary file, gone when the last clone of it is.
    Temporary(Arc<TempPath>),
    /// In a file that [`load`](super::Cloud::load) put into a directory of the caller's choice;
    /// [`unload`](super::Cloud::unload) removes it.
    Loaded(PathBuf),
}

/// Where [`load`](super::Cloud::load) puts an object's content.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoadTo {
    /// Into memory, up to the cloud's read limit.
    Memory,
    /// Into a temporary file in the system's folder for them.
    TemporaryFile,
    /// Into `<this directory>/<id>/<file name>`; directories are created.
    Directory(PathBuf),
}

impl Data {
    /// The file, if it is in one.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Bytes(_) => None,
            Self::File(path) | Self::Loaded(path) => Some(path),
            Self::Temporary(path) => Some(path),
        }
    }

    /// The content, if it is in memory.
    pub fn bytes(&self) -> Option<&Bytes> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    pub(super) async fn read(&self, limit: u64) -> Result<Bytes> {
        match self {
            Self::Bytes(bytes) if bytes.len() as u64 <= limit => Ok(bytes.clone()),
            Self::Bytes(_) => {
                Err(Error::new(ErrorKind::TooLarge, format!("the content is larger than the limit of {limit} bytes")))
            }
            other => other.to_body().await?.collect(limit).await,
        }
    }

    pub(super) async fn to_body(&self) -> Result<PutBody> {
        match self {
            Self::Bytes(bytes) => Ok(bytes.clone().into()),
            Self::File(path) | Self::Loaded(path) => PutBody::from_path(path.clone()).await,
            Self::Temporary(path) => PutBody::from_path(path.to_path_buf()).await,
        }
    }
}

impl PartialEq for Data {
    /// The same bytes, or the same file.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Bytes(one), Self::Bytes(two)) => one == two,
            _ => self.path().is_some() && self.path() == other.path(),
        }
    }
}

impl fmt::Debug for Data {
    /// Shows neither content nor path.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => write!(f, "Bytes({} bytes)", bytes.len()),
            Self::File(_) => f.write_str("File(…)"),
            Self::Temporary(_) => f.write_str("Temporary(…)"),
            Self::Loaded(_) => f.write_str("Loaded(…)"),
        }
    }
}
