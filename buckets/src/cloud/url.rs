use std::time::Duration;

use super::observe::no_bytes;
use super::progress::Progress;
use super::{Cloud, Locate};
use crate::error::Result;
use crate::operation::{Constraints, Sign, SignedMethod, SignedUrl};
use crate::store::Store;
use crate::telemetry::catalogue::names;

/// What [`Cloud::url_with`] makes a link for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct UrlOptions {
    /// Downloading or uploading.
    pub method: SignedMethod,
    /// How long the link is good for; 1 second to 7 days.
    pub expires_in: Duration,
    /// What else the link is bound to.
    pub constraints: Constraints,
}

impl UrlOptions {
    /// A link to download.
    pub fn download(expires_in: Duration) -> Self {
        Self { method: SignedMethod::Get, expires_in, constraints: Constraints::default() }
    }

    /// A link to upload.
    pub fn upload(expires_in: Duration) -> Self {
        Self { method: SignedMethod::Put, expires_in, constraints: Constraints::default() }
    }

    /// A form to upload, for browsers: the link's [fields](SignedUrl::expose_fields) and, last, a field `file`.
    pub fn upload_form(expires_in: Duration) -> Self {
        Self { method: SignedMethod::Post, expires_in, constraints: Constraints::default() }
    }

    /// Binds the link further.
    pub fn with_constraints(mut self, constraints: Constraints) -> Self {
        self.constraints = constraints;
        self
    }
}

impl<S: Store> Cloud<S> {
    /// Makes a link with which whoever has it can download the object, for so long.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) unless `expires_in` is 1 second to 7 days;
    /// an error that says what to configure where the adapter has no secret to sign with, and never
    /// an unsigned link; what the store answers.
    pub async fn url(&self, object: impl Locate, expires_in: Duration) -> Result<SignedUrl> {
        self.url_with(object, UrlOptions::download(expires_in)).await
    }

    /// Makes a link to download or upload an object.
    ///
    /// # Errors
    /// As [`url`](Self::url).
    pub async fn url_with(&self, object: impl Locate, options: UrlOptions) -> Result<SignedUrl> {
        let key = object.locate(self.name());
        let observed = self.begin_at(&names::CLOUD_URL, &key);
        let (context, progress) = (observed.context(), Progress::default());
        let work = async {
            let sign = Sign::new(key?, options.method, options.expires_in)?.with_constraints(options.constraints);
            self.send(sign, context, &progress).await
        };
        observed.run(work, &progress, no_bytes).await
    }
}
