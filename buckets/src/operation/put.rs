use crate::body::PutBody;
use crate::key::Key;
use crate::operation::{Attributes, Checksum, Condition, ObjectMeta};

/// Stores an object: all of it or nothing, replacing what was there unless the condition forbids.
///
/// Answered by [`Stored`]. An adapter must not let a reader see part of the new content, and must
/// leave the old object as it was when the put fails or its future is dropped.
#[derive(Debug)]
#[non_exhaustive]
pub struct Put {
    /// Where to.
    pub key: Key,
    /// The content.
    pub body: PutBody,
    /// What to store beside the content.
    pub attributes: Attributes,
    /// When to go ahead.
    pub condition: Condition,
    /// The content's checksum as the caller knows it; another one at the end fails the put with
    /// [`ChecksumMismatch`](crate::ErrorKind::ChecksumMismatch).
    pub checksum: Option<Checksum>,
}

impl Put {
    /// Stores `body` at `key`.
    pub fn new(key: Key, body: impl Into<PutBody>) -> Self {
        Self { key, body: body.into(), attributes: Attributes::new(), condition: Condition::none(), checksum: None }
    }

    /// Sets what is stored beside the content.
    pub fn with_attributes(mut self, attributes: Attributes) -> Self {
        self.attributes = attributes;
        self
    }

    /// Sets when to go ahead.
    pub fn with_condition(mut self, condition: Condition) -> Self {
        self.condition = condition;
        self
    }

    /// Has the store verify the content.
    pub fn with_checksum(mut self, checksum: Checksum) -> Self {
        self.checksum = Some(checksum);
        self
    }

    /// The put once more, for another attempt; [`None`] where the body can only be read once.
    pub fn try_clone(&self) -> Option<Self> {
        Some(Self {
            key: self.key.clone(),
            body: self.body.try_clone()?,
            attributes: self.attributes.clone(),
            condition: self.condition.clone(),
            checksum: self.checksum,
        })
    }
}

/// The answer to [`Put`] and [`Copy`](super::Copy): the object as it is now stored.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stored {
    /// The object, with size, tag and, where the store knows it, checksum.
    pub meta: ObjectMeta,
}

impl Stored {
    /// Answers with `meta`.
    pub fn new(meta: ObjectMeta) -> Self {
        Self { meta }
    }
}
