use std::fmt;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::error::{Error, Result};

/// The entity tag of one version of an object: another content, another tag.
///
/// Held without the quotation marks of the HTTP header. Tags compare by strong comparison
/// (RFC 9110, section 8.8.3.2). Cloning is cheap.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ETag(SmolStr);

impl ETag {
    /// Takes a tag, with or without its quotation marks.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) if it is empty, over 256 bytes, weak
    /// (`W/"…"`), or has a character that RFC 9110 does not allow.
    pub fn new(tag: impl AsRef<str>) -> Result<Self> {
        let tag = tag.as_ref();
        let bare = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')).unwrap_or(tag);
        let allowed = |byte: u8| byte == 0x21 || (0x23..0x7f).contains(&byte);
        if bare.is_empty() || bare.len() > 256 || !bare.bytes().all(allowed) {
            return Err(Error::invalid("an entity tag must be 1 to 256 visible ASCII characters, and not weak"));
        }
        Ok(Self(bare.into()))
    }

    /// The tag of a version that is told from others by a number.
    #[cfg(feature = "memory")]
    pub(crate) fn of_version(number: u64) -> Self {
        Self(smol_str::format_smolstr!("{number:x}"))
    }

    /// The tag without quotation marks.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The tag as the HTTP headers have it, in quotation marks.
    pub fn to_header(&self) -> String {
        format!("\"{}\"", self.0)
    }
}

impl fmt::Debug for ETag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl TryFrom<String> for ETag {
    type Error = Error;
    fn try_from(tag: String) -> Result<Self> {
        Self::new(tag)
    }
}

impl From<ETag> for String {
    fn from(tag: ETag) -> Self {
        tag.0.into()
    }
}

#[cfg(test)]
mod tests {
    use super::ETag;

    #[test]
    fn quotes_are_dropped_and_weak_tags_refused() {
        assert_eq!(ETag::new("\"a-1\"").expect("valid"), ETag::new("a-1").expect("valid"));
        assert_eq!(ETag::new("x").expect("valid").to_header(), "\"x\"");
        for tag in ["", "\"\"", "W/\"a\"", "a b", "a\"b", "ä"] {
            assert!(ETag::new(tag).is_err(), "{tag:?}");
        }
    }
}
