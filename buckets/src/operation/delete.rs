use crate::key::Key;

/// Removes an object. Answered by [`Deleted`]; that nothing was there is no error.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Delete {
    /// Which object.
    pub key: Key,
}

impl Delete {
    /// Removes `key`.
    pub fn new(key: Key) -> Self {
        Self { key }
    }
}

/// The answer to [`Delete`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Deleted {
    /// Whether there was an object; [`None`] where the store does not say.
    pub existed: Option<bool>,
}

impl Deleted {
    /// Answers whether there was an object.
    pub const fn new(existed: Option<bool>) -> Self {
        Self { existed }
    }
}
