use std::fmt;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::key::Key;
use crate::operation::media_type;

/// Makes a link that lets whoever has it do one thing to one object for a while.
/// Answered by [`SignedUrl`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Sign {
    /// Which object.
    pub key: Key,
    /// What the link is good for.
    pub method: SignedMethod,
    /// How long it is good for, from now; 1 second to 7 days.
    pub expires_in: Duration,
    /// What else the link is bound to.
    pub constraints: Constraints,
}

impl Sign {
    /// The longest life of a link.
    pub const MAX_EXPIRES_IN: Duration = Duration::from_secs(7 * 24 * 60 * 60);

    /// A link for `method` on `key`.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) unless `expires_in` is 1 second to 7 days.
    pub fn new(key: Key, method: SignedMethod, expires_in: Duration) -> Result<Self> {
        if expires_in < Duration::from_secs(1) || expires_in > Self::MAX_EXPIRES_IN {
            return Err(Error::invalid("a signed link must expire in 1 second to 7 days"));
        }
        Ok(Self { key, method, expires_in, constraints: Constraints::default() })
    }

    /// Binds the link further.
    pub fn with_constraints(mut self, constraints: Constraints) -> Self {
        self.constraints = constraints;
        self
    }
}

/// What a signed link is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[non_exhaustive]
pub enum SignedMethod {
    /// Downloading: `GET` and `HEAD`.
    Get,
    /// Uploading: `PUT`.
    Put,
}

impl SignedMethod {
    /// The HTTP method.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Put => "PUT",
        }
    }
}

/// What a signed link is bound to beside method, key and time. Each part is covered by the signature.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Constraints {
    /// Uploads: the content type the request must have. Downloads: the one the answer gets.
    pub content_type: Option<String>,
    /// Uploads: the most bytes.
    pub max_size: Option<u64>,
    /// Downloads: the `Content-Disposition` of the answer.
    pub content_disposition: Option<String>,
}

impl Constraints {
    /// Binds to a content type.
    pub fn with_content_type(mut self, value: impl Into<String>) -> Self {
        self.content_type = Some(value.into());
        self
    }

    /// Binds to a largest size in bytes.
    pub fn with_max_size(mut self, bytes: u64) -> Self {
        self.max_size = Some(bytes);
        self
    }

    /// Sets the disposition of the answer.
    pub fn with_content_disposition(mut self, value: impl Into<String>) -> Self {
        self.content_disposition = Some(value.into());
        self
    }
}

impl fmt::Debug for Constraints {
    /// Shows neither the disposition nor the parameters of the type, which may carry a file name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Constraints")
            .field("content_type", &self.content_type.as_deref().map(media_type))
            .field("max_size", &self.max_size)
            .finish_non_exhaustive()
    }
}

/// A link whose query is a credential: `Debug` and `Display` show only scheme, host and that there is more.
///
/// Serialising it does give the link, because handing it to a client is what it is for.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedUrl {
    url: String,
    method: SignedMethod,
    expires_at: SystemTime,
}

impl SignedUrl {
    /// A link made by an adapter.
    pub fn new(url: String, method: SignedMethod, expires_at: SystemTime) -> Self {
        Self { url, method, expires_at }
    }

    /// The link itself, to be handed to whoever may use it; keep it out of logs.
    pub fn expose(&self) -> &str {
        &self.url
    }

    /// The link itself, by value.
    pub fn into_exposed(self) -> String {
        self.url
    }

    /// What the link is good for.
    pub fn method(&self) -> SignedMethod {
        self.method
    }

    /// When it stops being good.
    pub fn expires_at(&self) -> SystemTime {
        self.expires_at
    }

    fn origin(&self) -> &str {
        let host = self.url.find("://").map_or(0, |scheme| scheme + 3);
        let end = self.url[host..].find(['/', '?', '#']).map_or(self.url.len(), |end| host + end);
        &self.url[..end]
    }
}

impl fmt::Display for SignedUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/…", self.origin())
    }
}

impl fmt::Debug for SignedUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedUrl")
            .field("url", &format_args!("{self}"))
            .field("method", &self.method)
            .field("expires_at", &self.expires_at)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_does_not_show_itself() {
        let url = "https://files.example/secret/path?sig=abc".to_owned();
        let link = SignedUrl::new(url.clone(), SignedMethod::Get, SystemTime::UNIX_EPOCH);
        assert_eq!(link.to_string(), "https://files.example/…");
        assert!(!format!("{link:?}").contains("secret"));
        assert_eq!(link.expose(), url);
    }

    #[test]
    fn the_life_of_a_link_is_bounded() {
        let sign = |seconds| Sign::new(Key::new("a").expect("valid"), SignedMethod::Get, Duration::from_secs(seconds));
        assert!(sign(0).is_err() && sign(1).is_ok());
        assert!(sign(604_800).is_ok() && sign(604_801).is_err());
    }
}
