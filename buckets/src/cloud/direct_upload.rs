use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::key_strategy::display_filename;
use super::observe::no_bytes;
use super::progress::Progress;
use super::{Cloud, Location, Object, content_type_by_extension};
use crate::error::{Error, ErrorKind, Result};
use crate::operation::{Checksum, Constraints, Head, ObjectMeta, Sign, SignedMethod, SignedUrl, media_type};
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
    /// How many bytes exactly; the browser knows, and your program may ask it before.
    pub size: Option<u64>,
    /// The most bytes.
    pub max_size: Option<u64>,
    /// The checksum the content must have.
    pub checksum: Option<Checksum>,
}

impl DirectUploadOptions {
    /// 15 minutes, the content type of the file name, any content and any size the store takes.
    pub fn new() -> Self {
        let expires_in = Duration::from_secs(15 * 60);
        Self { expires_in, content_type: None, size: None, max_size: None, checksum: None }
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

    /// Sets how many bytes it must be, neither more nor less.
    pub fn with_size(mut self, bytes: u64) -> Self {
        self.size = Some(bytes);
        self
    }

    /// Sets the most bytes.
    pub fn with_max_size(mut self, bytes: u64) -> Self {
        self.max_size = Some(bytes);
        self
    }

    /// Sets the checksum the content must have.
    pub fn with_checksum(mut self, checksum: Checksum) -> Self {
        self.checksum = Some(checksum);
        self
    }

    fn constraints(&self) -> Constraints {
        Constraints {
            content_type: self.content_type.clone(),
            size: self.size,
            max_size: self.max_size,
            checksum: self.checksum,
            content_disposition: None,
        }
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
    /// The link; send the content there with its [method](SignedUrl::method) and [headers](SignedUrl::headers), or as
    /// a form with its [fields](SignedUrl::expose_fields).
    pub url: SignedUrl,
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
    size: Option<u64>,
    max_size: Option<u64>,
    checksum: Option<Checksum>,
}

impl PendingUpload {
    /// Where the object will be.
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// Whether what was uploaded is what was allowed.
    fn check(&self, found: &ObjectMeta) -> Result<()> {
        if self.max_size.is_some_and(|most| found.size > most) {
            return Err(Error::new(ErrorKind::TooLarge, "the upload is larger than its link allowed"));
        }
        if self.size.is_some_and(|size| size != found.size) {
            return Err(Error::invalid("the upload has another size than its link allowed"));
        }
        if let (Some(wanted), Some(found)) = (&self.content_type, found.attributes.content_type())
            && wanted != found
        {
            return Err(Error::invalid("the upload has another content type than its link allowed"));
        }
        // What no store tells cannot be compared; it was then the store's to hold the upload to it.
        match self.checksum.zip(found.checksum) {
            Some((wanted, found)) if wanted != found => {
                let text = "the upload has not the checksum that its link is bound to";
                Err(Error::new(ErrorKind::ChecksumMismatch, text).with_retryable(false))
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for DirectUploadOptions {
    /// Does not show the parameters of the type, which may carry a file name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DirectUploadOptions")
            .field("expires_in", &self.expires_in)
            .field("content_type", &self.content_type.as_deref().map(media_type))
            .field("size", &self.size)
            .field("max_size", &self.max_size)
            .field("checksum", &self.checksum)
            .finish()
    }
}

impl fmt::Debug for DirectUpload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DirectUpload").field("url", &self.url).field("pending", &self.pending).finish()
    }
}

impl fmt::Debug for PendingUpload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingUpload").field("id", &self.id).field("location", &self.location).finish_non_exhaustive()
    }
}

impl<S: Store> Cloud<S> {
    /// Prepares an upload that goes straight to the store, such as from a browser: a `PUT`, or a form where only
    /// that can be bound to the largest size.
    ///
    /// Whoever has the link can use it until it expires, also again after [`complete_upload`](Self::complete_upload).
    ///
    /// # Errors
    /// As [`url`](Self::url); [`Unsupported`](ErrorKind::Unsupported) if the store cannot hold an upload to what is asked.
    pub async fn direct_upload(&self, filename: &str, mut options: DirectUploadOptions) -> Result<DirectUpload> {
        let id = Uuid::new_v4();
        let key = self.new_key(id, filename);
        let observed = self.begin_at(&names::CLOUD_DIRECT_UPLOAD, &key);
        let (context, progress) = (observed.context(), Progress::default());
        let work = async {
            let key = key?;
            let content_type = options.content_type.take();
            options.content_type = content_type.or_else(|| content_type_by_extension(filename).map(str::to_owned));
            let needs_form = options.max_size.is_some() && options.size.is_none() && !self.capabilities().bounded_links;
            let method = if needs_form { SignedMethod::Post } else { SignedMethod::Put };
            let sign = Sign::new(key.clone(), method, options.expires_in)?.with_constraints(options.constraints());
            let url = self.send(sign, context, &progress).await?;
            let pending = PendingUpload {
                id,
                filename: display_filename(filename),
                location: Location::new(self.name(), key),
                content_type: options.content_type,
                size: options.size,
                max_size: options.max_size,
                checksum: options.checksum,
            };
            Ok(DirectUpload { url, pending })
        };
        observed.run(work, &progress, no_bytes).await
    }

    /// Takes an upload made past the application: checks that it is there and is what was allowed.
    ///
    /// # Errors
    /// [`NotFound`](ErrorKind::NotFound) if nothing was uploaded; [`TooLarge`](ErrorKind::TooLarge),
    /// [`ChecksumMismatch`](ErrorKind::ChecksumMismatch) or [`InvalidInput`](ErrorKind::InvalidInput) if it is not what was
    /// allowed (the object then stays for you to [`delete`](Self::delete)); what the store answers.
    pub async fn complete_upload(&self, pending: PendingUpload) -> Result<Object> {
        let observed = self.begin(&names::CLOUD_COMPLETE_UPLOAD, || SpanStart::new().key(pending.location.key()));
        let (context, progress) = (observed.context(), Progress::default());
        let work = async {
            let key = super::Locate::locate(&pending.location, self.name())?;
            let meta = self.send(Head::new(key), context, &progress).await?;
            pending.check(&meta)?;
            Ok(Object::new(pending.id, pending.filename, self.name(), meta))
        };
        observed.run(work, &progress, |object| Some(object.size())).await
    }
}
