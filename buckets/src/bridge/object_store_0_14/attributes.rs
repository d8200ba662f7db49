//! Attributes, in both directions.

use object_store::{Attribute, AttributeValue, Attributes as Theirs};

use crate::error::{Error, Result};
use crate::operation::Attributes;

pub(super) fn to_theirs(attributes: &Attributes) -> Theirs {
    let headers = [
        (Attribute::ContentType, attributes.content_type()),
        (Attribute::CacheControl, attributes.cache_control()),
        (Attribute::ContentDisposition, attributes.content_disposition()),
    ];
    let headers = headers.into_iter().filter_map(|(name, value)| Some((name, value?)));
    let metadata = attributes.metadata().map(|(name, value)| (Attribute::Metadata(name.to_owned().into()), value));
    headers.chain(metadata).map(|(name, value)| (name, AttributeValue::from(value.to_owned()))).collect()
}

/// What of `theirs` there is a place for here; the rest of an object that others have stored is left out.
pub(super) fn known(theirs: &Theirs) -> Attributes {
    theirs.iter().fold(Attributes::new(), |ours, (name, value)| add(ours.clone(), name, value).unwrap_or(ours))
}

/// All of `theirs`.
///
/// # Errors
/// [`Unsupported`](crate::ErrorKind::Unsupported) for attributes that have no place here, and
/// [`InvalidInput`](crate::ErrorKind::InvalidInput) for values that break a rule here.
pub(super) fn all(theirs: &Theirs) -> Result<Attributes> {
    theirs.iter().try_fold(Attributes::new(), |ours, (name, value)| add(ours, name, value))
}

fn add(ours: Attributes, name: &Attribute, value: &str) -> Result<Attributes> {
    match name {
        Attribute::ContentType => ours.with_content_type(value),
        Attribute::CacheControl => ours.with_cache_control(value),
        Attribute::ContentDisposition => ours.with_content_disposition(value),
        Attribute::Metadata(name) => ours.with_metadata(name.as_ref(), value),
        _ => Err(Error::unsupported("this attribute")),
    }
}
