use std::fmt;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Data, Location};
use crate::error::{Error, Result};
use crate::key::Key;
use crate::operation::{Attributes, Checksum, ETag, ObjectMeta};

/// A stored object: a value to keep in a database and hand around. It has no configuration and no
/// secret; local content, if any, is not serialised.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Object {
    id: Uuid,
    filename: String,
    location: Location,
    size: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    etag: Option<ETag>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    checksum: Option<Checksum>,
    #[serde(default, skip_serializing_if = "Attributes::is_empty")]
    attributes: Attributes,
    #[serde(skip)]
    data: Option<Data>,
}

impl Object {
    /// The object that a store describes so.
    pub(super) fn new(id: Uuid, filename: String, cloud: &str, meta: ObjectMeta) -> Self {
        Self {
            id,
            filename,
            location: Location::new(cloud, meta.key),
            size: meta.size,
            etag: meta.etag,
            checksum: meta.checksum,
            attributes: meta.attributes,
            data: None,
        }
    }

    pub(super) fn set_data(&mut self, data: Option<Data>) {
        self.data = data;
    }

    /// The object's own id, part of its key under the default key strategy.
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// The file name it came with, without directories and control characters.
    pub fn filename(&self) -> &str {
        &self.filename
    }

    /// Where it is.
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// Its key.
    pub fn key(&self) -> &Key {
        self.location.key()
    }

    /// The content's length in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The tag of the version stored, where the store has tags.
    pub fn etag(&self) -> Option<&ETag> {
        self.etag.as_ref()
    }

    /// The content's checksum, where the store knows it.
    pub fn checksum(&self) -> Option<Checksum> {
        self.checksum
    }

    /// What is stored beside the content.
    pub fn attributes(&self) -> &Attributes {
        &self.attributes
    }

    /// The content type.
    pub fn content_type(&self) -> Option<&str> {
        self.attributes.content_type()
    }

    /// The content as far as it is here: what it was inserted from, or was loaded to.
    pub fn data(&self) -> Option<&Data> {
        self.data.as_ref()
    }

    /// The local content as bytes.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) if there is none (load it first), and what
    /// reading its file fails with.
    pub async fn local_bytes(&self) -> Result<Bytes> {
        match &self.data {
            Some(data) => data.read(u64::MAX).await,
            None => Err(Error::invalid("the object's content is not here; load it first")),
        }
    }
}

impl fmt::Debug for Object {
    /// Shows neither key nor file name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Object")
            .field("id", &self.id)
            .field("location", &self.location)
            .field("size", &self.size)
            .field("attributes", &self.attributes)
            .field("data", &self.data)
            .finish_non_exhaustive()
    }
}
