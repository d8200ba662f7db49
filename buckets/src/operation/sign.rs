use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::constraints::Constraints;
use crate::error::{Error, Result};
use crate::key::Key;

/// Makes a link that lets whoever has it do one thing to one object for a while.
/// Answered by [`SignedUrl`](super::SignedUrl).
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

    /// How long it is good for, as signatures count it: in whole seconds, of which a part of one is no less.
    pub fn whole_seconds(&self) -> Duration {
        Duration::from_secs(self.expires_in.as_secs() + u64::from(self.expires_in.subsec_nanos() > 0))
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
    /// Uploading with a form, as browsers send it: `POST` of `multipart/form-data` with the link's
    /// [fields](super::SignedUrl::expose_fields) and, last, the content as the field `file`.
    Post,
}

impl SignedMethod {
    /// The HTTP method.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Put => "PUT",
            Self::Post => "POST",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_life_of_a_link_is_bounded() {
        let sign = |seconds| Sign::new(Key::new("a").expect("valid"), SignedMethod::Get, Duration::from_secs(seconds));
        assert!(sign(0).is_err() && sign(1).is_ok());
        assert!(sign(604_800).is_ok() && sign(604_801).is_err());
    }
}
