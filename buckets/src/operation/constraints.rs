use std::fmt;

use super::{Attributes, Checksum, SignedMethod, media_type};
use crate::error::{Error, Result};

/// What a signed link is bound to beside method, key and time. Each part is covered by the signature.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Constraints {
    /// Uploads: the content type the request must have. Downloads: the one the answer gets.
    pub content_type: Option<String>,
    /// Uploads: how many bytes exactly.
    pub size: Option<u64>,
    /// Uploads: the most bytes.
    pub max_size: Option<u64>,
    /// Uploads: the checksum the content must have.
    pub checksum: Option<Checksum>,
    /// Downloads: the `Content-Disposition` of the answer.
    pub content_disposition: Option<String>,
}

impl Constraints {
    /// Binds to a content type.
    pub fn with_content_type(mut self, value: impl Into<String>) -> Self {
        self.content_type = Some(value.into());
        self
    }

    /// Binds to a size in bytes, neither more nor less.
    pub fn with_size(mut self, bytes: u64) -> Self {
        self.size = Some(bytes);
        self
    }

    /// Binds to a largest size in bytes.
    pub fn with_max_size(mut self, bytes: u64) -> Self {
        self.max_size = Some(bytes);
        self
    }

    /// Binds to content that has this checksum.
    pub fn with_checksum(mut self, checksum: Checksum) -> Self {
        self.checksum = Some(checksum);
        self
    }

    /// Sets the disposition of the answer.
    pub fn with_content_disposition(mut self, value: impl Into<String>) -> Self {
        self.content_disposition = Some(value.into());
        self
    }

    /// Refuses what no link for this method can be bound to, before it is signed.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) if a constraint is no header value, is one of another method's, or
    /// excludes another one.
    pub fn check(&self, method: SignedMethod) -> Result<()> {
        let Self { content_type, size, max_size, checksum, content_disposition } = self;
        if let Some(value) = content_type {
            Attributes::new().with_content_type(value)?;
        }
        if let Some(value) = content_disposition {
            Attributes::new().with_content_disposition(value)?;
        }
        let is_download = method == SignedMethod::Get;
        if is_download && (size.is_some() || max_size.is_some() || checksum.is_some()) {
            return Err(Error::invalid("sizes and checksums are for links that upload; a download has none"));
        }
        if !is_download && content_disposition.is_some() {
            return Err(Error::invalid(
                "a disposition is for links that download; store it with the object's attributes",
            ));
        }
        if size.zip(*max_size).is_some_and(|(size, most)| size > most) {
            return Err(Error::invalid("a link cannot be bound to a size above its largest one"));
        }
        Ok(())
    }
}

impl fmt::Debug for Constraints {
    /// Shows neither the disposition nor the parameters of the type, which may carry a file name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Constraints")
            .field("content_type", &self.content_type.as_deref().map(media_type))
            .field("size", &self.size)
            .field("max_size", &self.max_size)
            .field("checksum", &self.checksum)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_method_has_its_own_constraints() {
        let none = Constraints::default;
        let for_all = [none(), none().with_content_type("image/png")];
        let for_uploads = [none().with_size(5).with_max_size(5), none().with_checksum(Checksum::of(b"hello"))];
        let for_none = [none().with_content_type("a/b\r\nx: y"), none().with_size(6).with_max_size(5)];
        for method in [SignedMethod::Get, SignedMethod::Put, SignedMethod::Post] {
            let is_upload = method != SignedMethod::Get;
            assert!(for_all.iter().all(|constraints| constraints.check(method).is_ok()));
            assert!(for_uploads.iter().all(|constraints| constraints.check(method).is_ok() == is_upload));
            assert!(for_none.iter().all(|constraints| constraints.check(method).is_err()));
            assert_eq!(none().with_content_disposition("inline").check(method).is_err(), is_upload);
        }
    }
}
