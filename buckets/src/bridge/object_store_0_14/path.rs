//! Keys are paths there: the same text, under slightly different rules.

use object_store::path::Path;

use super::error;
use crate::error::Result;
use crate::key::Key;

pub(super) fn of_key(key: &Key) -> Result<Path> {
    of_text(key.as_str())
}

/// The path of a key, or of the directory in front of a prefix.
pub(super) fn of_text(text: &str) -> Result<Path> {
    Path::parse(text).map_err(|source| error::to_ours(source.into()))
}

pub(super) fn to_key(path: &Path) -> Result<Key> {
    Key::new(path.as_ref())
}
