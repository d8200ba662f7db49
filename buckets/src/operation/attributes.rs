use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// What is stored with an object beside its content: type, headers for its delivery, user metadata.
///
/// Empty attributes cost nothing; set ones are shared by clones.
///
/// ```
/// use buckets::Attributes;
///
/// let attributes = Attributes::new()
///     .with_content_type("image/png")?
///     .with_cache_control("private, max-age=60")?
///     .with_metadata("customer", "4711")?;
/// assert_eq!(attributes.content_type(), Some("image/png"));
/// # Ok::<(), buckets::Error>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Fields", into = "Fields")]
pub struct Attributes(Option<Arc<Fields>>);

#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Fields {
    #[serde(skip_serializing_if = "Option::is_none")]
    content_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_control: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_disposition: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    metadata: BTreeMap<String, String>,
}

impl Attributes {
    /// The most bytes that names and values of user metadata may have together.
    pub const MAX_METADATA_LEN: usize = 2048;
    /// The longest content type, cache control or disposition, in bytes.
    pub const MAX_HEADER_LEN: usize = 1024;

    /// No attributes.
    pub const fn new() -> Self {
        Self(None)
    }

    /// Sets the media type, such as `image/png` or `text/plain; charset=utf-8`.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) if it is not `type/subtype`, optionally with parameters.
    pub fn with_content_type(mut self, value: impl Into<String>) -> Result<Self> {
        let value = value.into();
        check_content_type(&value)?;
        self.fields().content_type = Some(value);
        Ok(self)
    }

    /// Sets the `Cache-Control` with which the object is delivered.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) if it is empty or no header value.
    pub fn with_cache_control(mut self, value: impl Into<String>) -> Result<Self> {
        let value = value.into();
        check_header("cache control", &value)?;
        self.fields().cache_control = Some(value);
        Ok(self)
    }

    /// Sets the `Content-Disposition` with which the object is delivered.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) if it is empty or no header value.
    pub fn with_content_disposition(mut self, value: impl Into<String>) -> Result<Self> {
        let value = value.into();
        check_header("content disposition", &value)?;
        self.fields().content_disposition = Some(value);
        Ok(self)
    }

    /// Adds one pair of user metadata; an earlier value of the same name is replaced.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) if the name is not of lower-case letters, digits, `-` and `_`,
    /// the value is not printable ASCII, or all pairs together are over [`MAX_METADATA_LEN`](Self::MAX_METADATA_LEN).
    pub fn with_metadata(mut self, name: impl Into<String>, value: impl Into<String>) -> Result<Self> {
        let (name, value) = (name.into(), value.into());
        check_metadata_pair(&name, &value)?;
        self.fields().metadata.insert(name, value);
        check_metadata_size(&self.fields().metadata)?;
        Ok(self)
    }

    /// The media type.
    pub fn content_type(&self) -> Option<&str> {
        self.0.as_ref()?.content_type.as_deref()
    }

    /// The part of the media type before its parameters, or [`None`].
    pub fn media_type(&self) -> Option<&str> {
        self.content_type().map(media_type)
    }

    /// The `Cache-Control` of deliveries.
    pub fn cache_control(&self) -> Option<&str> {
        self.0.as_ref()?.cache_control.as_deref()
    }

    /// The `Content-Disposition` of deliveries.
    pub fn content_disposition(&self) -> Option<&str> {
        self.0.as_ref()?.content_disposition.as_deref()
    }

    /// The user metadata, by name.
    pub fn metadata(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().flat_map(|fields| &fields.metadata).map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether nothing is set.
    pub fn is_empty(&self) -> bool {
        self.0.as_deref().is_none_or(|fields| *fields == Fields::default())
    }

    fn fields(&mut self) -> &mut Fields {
        Arc::make_mut(self.0.get_or_insert_default())
    }
}

fn check_content_type(value: &str) -> Result<()> {
    check_header("content type", value)?;
    let media = value.split(';').next().unwrap_or(value).trim();
    let token = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte))
    };
    match media.split_once('/') {
        Some((main, sub)) if token(main) && token(sub) => Ok(()),
        _ => Err(Error::invalid("a content type must have the form `type/subtype`, such as `image/png`")),
    }
}

fn check_header(what: &str, value: &str) -> Result<()> {
    if value.is_empty() || value.len() > Attributes::MAX_HEADER_LEN || !is_printable(value) {
        return Err(Error::invalid(format!("a {what} must be 1 to 1024 characters of printable ASCII")));
    }
    Ok(())
}

fn check_metadata_pair(name: &str, value: &str) -> Result<()> {
    let name_byte = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_';
    if name.is_empty() || !name.bytes().all(name_byte) {
        return Err(Error::invalid("a metadata name must be of lower-case letters, digits, `-` and `_`"));
    }
    if !is_printable(value) {
        return Err(Error::invalid("a metadata value must be printable ASCII; encode other text first"));
    }
    Ok(())
}

fn check_metadata_size(metadata: &BTreeMap<String, String>) -> Result<()> {
    let size: usize = metadata.iter().map(|(name, value)| name.len() + value.len()).sum();
    if size > Attributes::MAX_METADATA_LEN {
        return Err(Error::invalid("names and values of metadata must not exceed 2048 bytes together"));
    }
    Ok(())
}

fn is_printable(text: &str) -> bool {
    text.bytes().all(|byte| (0x20..0x7f).contains(&byte))
}

impl TryFrom<Fields> for Attributes {
    type Error = Error;
    fn try_from(fields: Fields) -> Result<Self> {
        if let Some(value) = &fields.content_type {
            check_content_type(value)?;
        }
        if let Some(value) = &fields.cache_control {
            check_header("cache control", value)?;
        }
        if let Some(value) = &fields.content_disposition {
            check_header("content disposition", value)?;
        }
        for (name, value) in &fields.metadata {
            check_metadata_pair(name, value)?;
        }
        check_metadata_size(&fields.metadata)?;
        Ok(if fields == Fields::default() { Self(None) } else { Self(Some(Arc::new(fields))) })
    }
}

impl From<Attributes> for Fields {
    fn from(attributes: Attributes) -> Self {
        attributes.0.map(Arc::unwrap_or_clone).unwrap_or_default()
    }
}

/// A content type without its parameters.
pub(crate) fn media_type(content_type: &str) -> &str {
    content_type.split(';').next().unwrap_or(content_type).trim()
}

impl fmt::Debug for Attributes {
    /// Shows the type and how much metadata there is; dispositions carry file names, metadata anything.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attributes")
            .field("content_type", &self.media_type())
            .field("metadata", &self.metadata().count())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_values_are_refused_whichever_way_they_come() {
        let new = Attributes::new;
        assert!(new().with_content_type("png").is_err());
        assert!(new().with_content_type("image/png\r\nx: y").is_err());
        assert!(new().with_cache_control("").is_err());
        assert!(new().with_content_disposition("inline; filename=\"ä\"").is_err());
        assert!(new().with_metadata("Upper", "x").is_err());
        assert!(new().with_metadata("n", "a\nb").is_err());
        assert!(new().with_metadata("n", "x".repeat(2048)).is_err());
        assert!(serde_json::from_str::<Attributes>(r#"{"content_type":"nonsense"}"#).is_err());
        assert!(serde_json::from_str::<Attributes>(r#"{"typo":"x"}"#).is_err());
    }

    #[test]
    fn survives_serde_and_knows_when_empty() {
        let full = Attributes::new()
            .with_content_type("text/plain; charset=utf-8")
            .and_then(|attributes| attributes.with_metadata("a", "b"))
            .expect("valid");
        let text = serde_json::to_string(&full).expect("serialises");
        assert_eq!(serde_json::from_str::<Attributes>(&text).expect("valid"), full);
        assert_eq!(full.media_type(), Some("text/plain"));
        assert!(!full.is_empty() && Attributes::new().is_empty());
        assert_eq!(serde_json::to_string(&Attributes::new()).expect("serialises"), "{}");
    }
}
