use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::key::Key;
use crate::operation::{Attributes, Checksum, ETag, StorageClass};

/// What a store knows of an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ObjectMeta {
    /// The object's key.
    pub key: Key,
    /// The content's length in bytes.
    pub size: u64,
    /// The tag of this version, where the store has one.
    pub etag: Option<ETag>,
    /// The checksum of the whole content, where the store knows it.
    pub checksum: Option<Checksum>,
    /// When this version was stored.
    pub last_modified: Option<SystemTime>,
    /// The class of storage it is kept in, where the store has several and tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage_class: Option<StorageClass>,
    /// Content type, delivery headers and user metadata.
    pub attributes: Attributes,
}

impl ObjectMeta {
    /// The least a store knows: key and size.
    pub fn new(key: Key, size: u64) -> Self {
        Self {
            key,
            size,
            etag: None,
            checksum: None,
            last_modified: None,
            storage_class: None,
            attributes: Attributes::new(),
        }
    }
}
