use opendal_core::options::WriteOptions;
use opendal_core::{Capability, Metadata};

use crate::error::{Error, Result};
use crate::operation::Attributes;

/// What of their metadata there is a place for here; the rest of an object that others have stored is left out.
pub(super) fn known(metadata: &Metadata) -> Attributes {
    let mut ours = Attributes::new();
    let mut keep = |add: &dyn Fn(Attributes) -> Result<Attributes>| {
        if let Ok(more) = add(ours.clone()) {
            ours = more;
        }
    };
    if let Some(value) = metadata.content_type() {
        keep(&|ours| ours.with_content_type(value));
    }
    if let Some(value) = metadata.cache_control() {
        keep(&|ours| ours.with_cache_control(value));
    }
    if let Some(value) = metadata.content_disposition() {
        keep(&|ours| ours.with_content_disposition(value));
    }
    for (name, value) in metadata.user_metadata().into_iter().flatten() {
        keep(&|ours| ours.with_metadata(name, value));
    }
    ours
}

/// The options with which a write keeps `attributes`. A service that keeps most refuses the others; one that
/// does not promise to keep any keeps what it can.
pub(super) fn to_theirs(attributes: &Attributes, capability: &Capability, promised: bool) -> Result<WriteOptions> {
    let header = |value: Option<&str>, kept: bool, what: &str| match value {
        Some(value) if kept => Ok(Some(value.to_owned())),
        Some(_) if promised => Err(Error::unsupported(what)),
        _ => Ok(None),
    };
    let metadata = attributes.metadata().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let has_metadata = attributes.metadata().next().is_some() && capability.write_with_user_metadata;
    Ok(WriteOptions {
        content_type: header(attributes.content_type(), capability.write_with_content_type, "content types")?,
        cache_control: header(attributes.cache_control(), capability.write_with_cache_control, "cache control")?,
        content_disposition: header(
            attributes.content_disposition(),
            capability.write_with_content_disposition,
            "content dispositions",
        )?,
        user_metadata: has_metadata.then_some(metadata),
        ..WriteOptions::default()
    })
}
