use crate::key::Key;

/// Asks what the store knows of an object. Answered by [`ObjectMeta`](super::ObjectMeta), or
/// [`NotFound`](crate::ErrorKind::NotFound), which telemetry takes for an answer, not a failure.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Head {
    /// Which object.
    pub key: Key,
}

impl Head {
    /// Asks for `key`.
    pub fn new(key: Key) -> Self {
        Self { key }
    }
}
