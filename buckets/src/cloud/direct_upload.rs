use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::key_strategy::display_filename;
use super::observe::no_bytes;
use super::progress::Progress;
use super::{Cloud, Location, Object, content_type_by_extension};
use crate::error::{Error, ErrorKind, Result};
use crate::operation::{Constraints, Head, Sign, SignedMethod, SignedUrl, media_type};
use crate::store::Store;
use crate::telemetry::SpanStart;
use crate::telemetry::catalogue::names;

/// What [`Cloud::direct_upload`] allows.
#[derive(Clone)]
#[non_exhaustive]
pub struct DirectUploadOptions {
    /// How long the link is good for; 15 minutes unless set.
    pub expires_in: Duration,
    /// The content type the upload must have; by the file name's extension unless set.
    pub content_type: Option<String>,
    /// The most bytes.
    pub max_size: Option<u64>,
}

impl DirectUploadOptions {
    /// 15 minutes, the content type of the file name, any size the store takes.
    pub fn new() -> Self {
        Self { expires_in: Duration::from_secs(15 * 60), content_type: None, max_size: None }
    }

    /// Sets how long the link is good for; 1 second to 7 days.
    pub fn with_expires_in(mut self, expires_in: Duration) -> Self {
        self.expires_in = expires_in;
        self
    }

    /// Sets the content type the upload must have.
    pub fn with_content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = Some(content_type.into());
        self
    }

    /// Sets the most bytes.
    pub fn with_max_size(mut self, bytes: u64) -> Self {
        self.max_size = Some(bytes);
        self
    }
}

impl Default for DirectUploadOptions {
    fn default() -> Self {
        Self::new()
    }
}

/// An upload past the application, ready to be made by whoever gets the link.
#[derive(Clone)]
#[non_exhaustive]
pub struct DirectUpload {
    /// The link; send the content there with its [method](SignedUrl::method).
    pub url: SignedUrl,
    /// Headers that the request must have.
    pub headers: Vec<(&'static str, String)>,
    /// What to give to [`Cloud::complete_upload`] afterwards.
    pub pending: PendingUpload,
}

/// An upload past the application that is not known to have happened: keep it (it has no secret),
/// and give it to [`Cloud::complete_upload`] when the client says it is done.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct PendingUpload {
    id: Uuid,
    filename: String,
    location: Location,
    content_type: Option<String>,
    max_size: Option<u64>,
}

impl PendingUpload {
    /// Where the object will be.
    pub fn location(&self) -> &Location {
        &self.location
    }
}

impl fmt::Debug for DirectUploadOptions {
    /// Does not show the parameters of the type, which may carry a file name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DirectUploadOptions")
            .field("expires_in", &self.expires_in)
            .field("content_type", &self.content_type.as_deref().map(media_type))
            .field("max_size", &self.max_size)
            .finish()
    }
}

impl fmt::Debug for DirectUpload {
    /// Shows of the headers how many there are.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DirectUpload")
            .field("url", &self.url)
            .field("headers", &self.headers.len())
            .field("pending", &self.pending)
            .finish()
    }
}

impl fmt::Debug for PendingUpload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingUpload").field("id", &self.id).field("location", &self.location).finish_non_exhaustive()
    }
}

impl<S: Store> Cloud<S> {
    /// Prepares an upload that goes straight to the store, such as from a browser.
    ///
    /// # Errors
    /// As [`url`](Self::url).
    pub async fn direct_upload(&self, filename: &str, options: DirectUploadOptions) -> Result<DirectUpload> {
        let id = Uuid::new_v4();
        let key = self.new_key(id, filename);
        let observed = self.begin_at(&names::CLOUD_DIRECT_UPLOAD, &key);
        let (context, progress) = (observed.context(), Progress::default());
        let work = async {
            let key = key?;
            let content_type = options.content_type.or_else(|| content_type_by_extension(filename).map(str::to_owned));
            let constraints = Constraints {
                content_type: content_type.clone(),
                max_size: options.max_size,
                content_disposition: None,
            };
            let sign = Sign::new(key.clone(), SignedMethod::Put, options.expires_in)?.with_constraints(constraints);
            let url = self.send(sign, context, &progress).await?;
            let headers = content_type.iter().map(|value| ("content-type", value.clone())).collect();
            let pending = PendingUpload {
                id,
                filename: display_filename(filename),
                location: Location::new(self.name(), key),
                content_type,
                max_size: options.max_size,
            };
            Ok(DirectUpload { url, headers, pending })
        };
        observed.run(work, &progress, no_bytes).await
    }

    /// Takes an upload made past the application: checks that it is there and is what was allowed.
    ///
    /// # Errors
    /// [`NotFound`](ErrorKind::NotFound) if nothing was uploaded, [`TooLarge`](ErrorKind::TooLarge)
    /// or [`InvalidInput`](ErrorKind::InvalidInput) if it is not what was allowed (the object then
    /// stays for you to [`delete`](Self::delete)); what the store answers.
    pub async fn complete_upload(&self, pending: PendingUpload) -> Result<Object> {
        let observed = self.begin(&names::CLOUD_COMPLETE_UPLOAD, || SpanStart::new().key(pending.location.key()));
        let (context, progress) = (observed.context(), Progress::default());
        let work = async {
            let key = super::Locate::locate(&pending.location, self.name())?;
            let meta = self.send(Head::new(key), context, &progress).await?;
            if pending.max_size.is_some_and(|max| meta.size > max) {
                return Err(Error::new(ErrorKind::TooLarge, "the upload is larger than its link allowed"));
            }
            if let (Some(wanted), Some(found)) = (&pending.content_type, meta.attributes.content_type())
                && wanted != found
            {
                return Err(Error::invalid("the upload has another content type than its link allowed"));
            }
            Ok(Object::new(pending.id, pending.filename, self.name(), meta))
        };
        observed.run(work, &progress, |object| Some(object.size())).await
    }
}
