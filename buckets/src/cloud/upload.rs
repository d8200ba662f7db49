use std::fmt;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures_core::Stream;
use tokio::io::AsyncRead;

use super::key_strategy::display_filename;
use super::{Data, Object, content_type_by_extension};
use crate::body::PutBody;
use crate::error::{BoxError, Error, Result};
use crate::operation::Attributes;

/// A file to be stored: its name, its content, and what to store beside it.
///
/// [From](From) a path, or a pair of name and content:
///
/// ```
/// use buckets::Upload;
///
/// let note: Upload = ("note.txt", "remember").into();
/// let photo: Upload = std::path::Path::new("photo.jpg").into();
/// ```
pub struct Upload {
    filename: String,
    content: UploadContent,
    attributes: Attributes,
    sniff: bool,
}

pub(super) enum UploadContent {
    /// A file of the caller's.
    Path(PathBuf),
    /// Content of an object that was here already.
    Data(Option<Data>),
    Body(PutBody),
}

impl Upload {
    /// The file at `path`, under its own name.
    pub fn from_path(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let filename = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Self::new(filename, UploadContent::Path(path))
    }

    /// Bytes or text in memory.
    pub fn from_bytes(filename: impl Into<String>, content: impl Into<Bytes>) -> Self {
        Self::new(filename, UploadContent::Data(Some(Data::Bytes(content.into()))))
    }

    /// What a stream yields.
    pub fn from_stream<S, E>(filename: impl Into<String>, stream: S) -> Self
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<BoxError>,
    {
        Self::from_body(filename, PutBody::from_stream(stream))
    }

    /// What a reader yields.
    pub fn from_reader(filename: impl Into<String>, reader: impl AsyncRead + Send + 'static) -> Self {
        Self::from_body(filename, PutBody::from_reader(reader))
    }

    /// Content of any make: a request's body, a replayable source, one of known length.
    pub fn from_body(filename: impl Into<String>, body: impl Into<PutBody>) -> Self {
        Self::new(filename, UploadContent::Body(body.into()))
    }

    fn new(filename: impl Into<String>, content: UploadContent) -> Self {
        Self { filename: filename.into(), content, attributes: Attributes::new(), sniff: false }
    }

    /// Sets what is stored beside the content. Without a content type in there, the extension of
    /// the file name decides.
    pub fn with_attributes(mut self, attributes: Attributes) -> Self {
        self.attributes = attributes;
        self
    }

    /// Takes the content type from the content's first bytes, where they show one, rather than from
    /// the file name; one set by [`with_attributes`](Self::with_attributes) still comes first.
    pub fn with_content_type_by_magic(mut self) -> Self {
        self.sniff = true;
        self
    }

    /// The name as it came.
    pub fn filename(&self) -> &str {
        &self.filename
    }

    /// Opens the content and settles the content type.
    pub(super) async fn open(self) -> Result<Opened> {
        let (mut body, data) = match self.content {
            UploadContent::Path(path) => (PutBody::from_path(path.clone()).await?, Some(Data::File(path))),
            UploadContent::Data(Some(data)) => (data.to_body().await?, Some(data)),
            UploadContent::Data(None) => {
                return Err(Error::invalid(
                    "the object's content is not here; load it first, or copy the object from its cloud",
                ));
            }
            UploadContent::Body(body) => (body, None),
        };
        let mut attributes = self.attributes;
        if attributes.content_type().is_none() {
            let mut found = None;
            if self.sniff {
                (found, body) = super::content_type::sniff(body).await?;
            }
            if let Some(content_type) = found.or_else(|| content_type_by_extension(&self.filename)) {
                attributes = attributes.with_content_type(content_type)?;
            }
        }
        Ok(Opened { body, data, attributes })
    }

    pub(super) fn display_filename(&self) -> String {
        display_filename(&self.filename)
    }

    /// The content type as far as it is known before the content is opened.
    pub(super) fn likely_content_type(&self) -> Option<&str> {
        self.attributes.content_type().or_else(|| content_type_by_extension(&self.filename))
    }
}

/// An upload whose content is at hand.
pub(super) struct Opened {
    pub(super) body: PutBody,
    pub(super) data: Option<Data>,
    pub(super) attributes: Attributes,
}

impl From<&Path> for Upload {
    fn from(path: &Path) -> Self {
        Self::from_path(path)
    }
}

impl From<PathBuf> for Upload {
    fn from(path: PathBuf) -> Self {
        Self::from_path(path)
    }
}

impl<N: Into<String>, C: Into<Bytes>> From<(N, C)> for Upload {
    fn from((filename, content): (N, C)) -> Self {
        Self::from_bytes(filename, content)
    }
}

impl From<Object> for Upload {
    /// The object once more, from its local content: load it first.
    fn from(object: Object) -> Self {
        let content = UploadContent::Data(object.data().cloned());
        Self::new(object.filename(), content).with_attributes(object.attributes().clone())
    }
}

impl fmt::Debug for Upload {
    /// Shows neither name nor content.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload").field("attributes", &self.attributes).finish_non_exhaustive()
    }
}
