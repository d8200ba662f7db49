//! Attributes as S3 keeps them.

use std::collections::HashMap;

use crate::error::Result;
use crate::operation::Attributes;

/// The attributes in an answer. What breaks our rules was not stored through here, and is left out.
pub(super) fn from_answer(
    content_type: Option<String>,
    cache_control: Option<String>,
    content_disposition: Option<String>,
    metadata: Option<HashMap<String, String>>,
) -> Attributes {
    let mut attributes = Attributes::new();
    if let Some(value) = content_type {
        attributes = kept(attributes, |attributes| attributes.with_content_type(value));
    }
    if let Some(value) = cache_control {
        attributes = kept(attributes, |attributes| attributes.with_cache_control(value));
    }
    if let Some(value) = content_disposition {
        attributes = kept(attributes, |attributes| attributes.with_content_disposition(value));
    }
    for (name, value) in metadata.into_iter().flatten() {
        attributes = kept(attributes, |attributes| attributes.with_metadata(name.to_ascii_lowercase(), value));
    }
    attributes
}

fn kept(attributes: Attributes, set: impl FnOnce(Attributes) -> Result<Attributes>) -> Attributes {
    set(attributes.clone()).unwrap_or(attributes)
}

/// The content type to send: S3 always has one, so where there is none it is the one that says nothing.
pub(super) fn content_type(attributes: &Attributes) -> &str {
    attributes.content_type().unwrap_or("application/octet-stream")
}

/// The user metadata to send.
pub(super) fn metadata(attributes: &Attributes) -> Option<HashMap<String, String>> {
    let pairs: HashMap<_, _> = attributes.metadata().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    (!pairs.is_empty()).then_some(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_stored_is_read_as_far_as_it_can_be() {
        let metadata = HashMap::from([("Name".to_owned(), "value".to_owned()), ("b".to_owned(), "ä".to_owned())]);
        let read = from_answer(Some("nonsense".into()), Some("no-store".into()), Some(String::new()), Some(metadata));
        assert_eq!(
            (read.content_type(), read.cache_control(), read.content_disposition()),
            (None, Some("no-store"), None)
        );
        assert_eq!(read.metadata().collect::<Vec<_>>(), [("name", "value")]);
    }
}
