//! The name of an object.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// All but what RFC 3986 calls unreserved, which nothing on the way has reason to rewrite, and `/`.
const ENCODED_IN_URL: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The name of an object in a store: the same rules for every adapter, checked before any I/O.
///
/// 1 to 1024 bytes of UTF-8 in `/`-separated segments of 1 to 255 bytes. Refused, each with an
/// [`InvalidInput`](crate::ErrorKind::InvalidInput) error: an empty segment (so no leading,
/// trailing or double `/`), the segments `.` and `..`, a backslash, a control character, and a
/// first segment `.buckets` in any case, which the volume adapter keeps for itself. Nothing is normalised or
/// decoded: `%2e%2e` is four letters and two digits, and the NFC and NFD forms of `é` are two keys.
///
/// Cloning is cheap. A key often names a person or a tenant, so `Debug` does not show it and there is no
/// `Display`; use [`as_str`](Self::as_str) where it is meant to be seen.
///
/// ```
/// use buckets::{ErrorKind, Key};
///
/// let key: Key = "reports/2026/summary.pdf".parse()?;
/// assert_eq!(key.filename(), "summary.pdf");
/// let error = "../etc/passwd".parse::<Key>().unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::InvalidInput);
/// # Ok::<(), buckets::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Key(Arc<str>);

impl Key {
    /// The longest key, in bytes.
    pub const MAX_LEN: usize = 1024;
    /// The longest segment, in bytes.
    pub const MAX_SEGMENT_LEN: usize = 255;
    /// The first segment that no key may have.
    pub const RESERVED_SEGMENT: &'static str = ".buckets";

    /// Checks `key` and takes it.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) naming the broken rule, never the key.
    pub fn new(key: impl AsRef<str>) -> Result<Self> {
        let key = key.as_ref();
        if key.is_empty() {
            return Err(Error::invalid("a key must not be empty"));
        }
        check_text(key)?;
        for segment in key.split('/') {
            check_segment(segment)?;
        }
        check_reserved(key)?;
        Ok(Self(key.into()))
    }

    /// Text that is shown as keys are and never used as one.
    #[cfg(feature = "macros")]
    pub(crate) fn unchecked(text: &str) -> Self {
        Self(text.into())
    }

    /// The key as given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key as it stands in the path of a URL.
    pub(crate) fn in_url(&self) -> PercentEncode<'_> {
        utf8_percent_encode(&self.0, ENCODED_IN_URL)
    }

    /// The last segment.
    pub fn filename(&self) -> &str {
        self.0.rsplit_once('/').map_or(&*self.0, |(_, name)| name)
    }

    /// What stands behind the last dot of the file name, unless the dot begins the name.
    pub fn extension(&self) -> Option<&str> {
        match self.filename().rsplit_once('.') {
            Some((stem, extension)) if !stem.is_empty() && !extension.is_empty() => Some(extension),
            _ => None,
        }
    }

    /// This key with `prefix` and a `/` in front.
    ///
    /// # Errors
    /// As [`new`](Self::new), when the whole breaks a rule.
    pub fn below(&self, prefix: &Key) -> Result<Self> {
        Self::new(format!("{}/{}", prefix.as_str(), self.as_str()))
    }
}

/// The beginning of keys, for [`List`](crate::operation::List): empty, or the start of a valid key.
///
/// It need not end at a `/`: `report` begins both `reports/a` and `report.pdf`.
#[derive(Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Prefix(Option<Arc<str>>);

impl Prefix {
    /// Checks `prefix` and takes it.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) when no valid key could begin with it.
    pub fn new(prefix: impl AsRef<str>) -> Result<Self> {
        let prefix = prefix.as_ref();
        if prefix.is_empty() {
            return Ok(Self::default());
        }
        check_text(prefix)?;
        if let Some((directories, partial)) = prefix.rsplit_once('/') {
            for segment in directories.split('/') {
                check_segment(segment)?;
            }
            check_length(partial)?;
            check_reserved(prefix)?;
        }
        Ok(Self(Some(prefix.into())))
    }

    /// The prefix as given; empty for all keys.
    pub fn as_str(&self) -> &str {
        self.0.as_deref().unwrap_or("")
    }

    /// The part up to and including the last `/`: empty, or the directory every match lies below.
    pub fn directory(&self) -> &str {
        let prefix = self.as_str();
        prefix.rfind('/').map_or("", |end| &prefix[..=end])
    }
}

fn check_text(text: &str) -> Result<()> {
    if text.len() > Key::MAX_LEN {
        return Err(Error::invalid("a key must not be longer than 1024 bytes"));
    }
    if text.bytes().any(|byte| byte < 0x20 || byte == 0x7f) {
        return Err(Error::invalid("a key must not contain control characters"));
    }
    if text.contains('\\') {
        return Err(Error::invalid("a key must not contain a backslash; separate segments with `/`"));
    }
    Ok(())
}

fn check_segment(segment: &str) -> Result<()> {
    match segment {
        "" => Err(Error::invalid("a key must not have an empty segment: no `/` at its ends and no `//`")),
        "." | ".." => Err(Error::invalid("a key must not have a segment `.` or `..`")),
        _ => check_length(segment),
    }
}

fn check_length(segment: &str) -> Result<()> {
    if segment.len() > Key::MAX_SEGMENT_LEN {
        return Err(Error::invalid("a segment of a key must not be longer than 255 bytes"));
    }
    Ok(())
}

fn check_reserved(key: &str) -> Result<()> {
    // In any case: some file systems do not tell one from the other.
    if key.split('/').next().is_some_and(|first| first.eq_ignore_ascii_case(Key::RESERVED_SEGMENT)) {
        return Err(Error::invalid("the first segment of a key must not be `.buckets`, in whatever case"));
    }
    Ok(())
}

impl FromStr for Key {
    type Err = Error;
    fn from_str(key: &str) -> Result<Self> {
        Self::new(key)
    }
}

impl TryFrom<&str> for Key {
    type Error = Error;
    fn try_from(key: &str) -> Result<Self> {
        Self::new(key)
    }
}

impl TryFrom<String> for Key {
    type Error = Error;
    fn try_from(key: String) -> Result<Self> {
        Self::new(key)
    }
}

impl From<Key> for String {
    fn from(key: Key) -> Self {
        key.0.as_ref().into()
    }
}

impl std::borrow::Borrow<str> for Key {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for Key {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({} bytes)", self.0.len())
    }
}

impl FromStr for Prefix {
    type Err = Error;
    fn from_str(prefix: &str) -> Result<Self> {
        Self::new(prefix)
    }
}

impl fmt::Debug for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Prefix({} bytes)", self.as_str().len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    #[test]
    fn ordinary_and_odd_but_harmless_keys_are_taken_as_they_are() {
        let long = "x".repeat(255);
        for key in ["a", "a/b/c.txt", "ä/文件.pdf", "%2e%2e/x", "a b", "CON", "x.", "...", "..a", "#1", "?q", &long]
        {
            assert_eq!(Key::new(key).expect("a valid key").as_str(), key);
        }
    }

    #[test]
    fn hostile_keys_are_refused_without_being_shown() {
        let wide = "x".repeat(256);
        let long = "x/".repeat(512) + "x";
        for key in [
            "",
            "/",
            "/a",
            "a/",
            "a//b",
            ".",
            "..",
            "a/../b",
            "a/.",
            "a\\b",
            "a\0b",
            "a\nb",
            "\u{7f}",
            &wide,
            &long,
            ".buckets/x",
            ".Buckets",
        ] {
            let error = Key::new(key).expect_err(key);
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{key:?}");
            assert!(!error.to_string().contains("a\\b"));
        }
    }

    #[test]
    fn names_and_extensions() {
        let key = |key: &str| Key::new(key).expect("a valid key");
        assert_eq!(key("a/b.tar.gz").extension(), Some("gz"));
        assert_eq!(key("a.b/c").extension(), None);
        assert_eq!(key(".hidden").extension(), None);
        assert_eq!(key("x").below(&key("base/p")).expect("valid").as_str(), "base/p/x");
    }

    #[test]
    fn a_prefix_need_not_end_at_a_segment() {
        for (prefix, directory) in [("", ""), ("a", ""), ("a/", "a/"), ("a/b", "a/"), (".", "")] {
            assert_eq!(Prefix::new(prefix).expect("valid").directory(), directory);
        }
        for prefix in ["/", "a//", "../x", "a\\", ".buckets/"] {
            assert!(Prefix::new(prefix).is_err(), "{prefix:?}");
        }
    }

    #[test]
    fn serde_checks_what_it_reads() {
        let key: Key = serde_json::from_str("\"a/b\"").expect("valid");
        assert_eq!(serde_json::to_string(&key).expect("serialises"), "\"a/b\"");
        assert!(serde_json::from_str::<Key>("\"a/../b\"").is_err());
    }
}
