use std::fmt;

use serde::{Deserialize, Serialize};

use crate::key::Key;

/// Where an object is: the name of its cloud, and its key there. No configuration and no secret,
/// so it can be kept in a database.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Location {
    cloud: String,
    key: Key,
}

impl Location {
    /// `key` in the cloud of this name.
    pub fn new(cloud: impl Into<String>, key: Key) -> Self {
        Self { cloud: cloud.into(), key }
    }

    /// The cloud's name.
    pub fn cloud(&self) -> &str {
        &self.cloud
    }

    /// The key.
    pub fn key(&self) -> &Key {
        &self.key
    }
}

impl fmt::Debug for Location {
    /// Does not show the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Location").field("cloud", &self.cloud).field("key", &self.key).finish()
    }
}
