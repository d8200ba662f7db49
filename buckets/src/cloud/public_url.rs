use std::sync::Arc;

use super::{Cloud, Locate};
use crate::base_url::base_url;
use crate::error::{Error, ErrorKind, Result};
use crate::store::Store;

/// What public URLs of a cloud begin with: an absolute URL without `/` at its end.
#[derive(Clone, Debug)]
pub(crate) struct PublicBase(Arc<str>);

impl PublicBase {
    /// # Errors
    /// [`InvalidInput`](ErrorKind::InvalidInput) unless it is an absolute `http` or `https` URL without user, query and fragment.
    pub(crate) fn new(url: &str) -> Result<Self> {
        let wrong = || {
            Error::invalid(
                "public URLs must begin with an absolute http or https URL without user, query and fragment, such as \
                 `https://cdn.example`",
            )
        };
        base_url(url).ok_or_else(wrong)?;
        Ok(Self(url.trim_end_matches('/').into()))
    }
}

impl<S: Store> Cloud<S> {
    /// The URL at which the public finds the object, for good: its key below the
    /// [public base URL](super::CloudBuilder::public_base_url), such as that of a CDN or of a public bucket.
    ///
    /// It is put together here. No store is asked, no event is emitted, and nothing is signed: whether the object is there, and
    /// anyone may read it, is up to what answers at that URL.
    ///
    /// ```
    /// use buckets::adapter::Memory;
    /// use buckets::{Cloud, ErrorKind};
    ///
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// let cloud = Cloud::builder("photos", Memory::new()).public_base_url("https://cdn.example/photos/")?.build();
    /// assert_eq!(cloud.public_url("2026/über uns.jpg")?, "https://cdn.example/photos/2026/%C3%BCber%20uns.jpg");
    ///
    /// let private = Cloud::new("invoices", Memory::new());
    /// assert_eq!(private.public_url("2026/a-1.pdf").unwrap_err().kind(), ErrorKind::Unsupported);
    /// # Ok::<(), buckets::Error>(()) }).unwrap();
    /// ```
    ///
    /// # Errors
    /// [`Unsupported`](ErrorKind::Unsupported) for a cloud without a public base URL;
    /// [`InvalidInput`](ErrorKind::InvalidInput) for an object of another cloud.
    pub fn public_url(&self, object: impl Locate) -> Result<String> {
        let key = object.locate(self.name())?;
        let Some(PublicBase(base)) = &self.shared.public_base else {
            return Err(Error::new(
                ErrorKind::Unsupported,
                "this cloud has no public base URL; give it one, or sign links in place of public ones",
            ));
        };
        Ok(format!("{base}/{}", key.in_url()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_is_an_absolute_url_and_nothing_more() {
        for good in ["https://cdn.example", "http://127.0.0.1:8333/bucket/", "HTTPS://cdn.example/"] {
            assert!(PublicBase::new(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "/photos",
            "cdn.example",
            "ftp://cdn.example",
            "https://",
            "https://me:secret@cdn.example",
            "https://cdn.example/?a=b",
            "https://cdn.example/#a",
            "https://cdn.example/a b",
        ] {
            let error = PublicBase::new(bad).expect_err(bad);
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }
}
