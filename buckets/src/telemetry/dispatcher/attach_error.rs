use std::fmt;

/// Why a handler could not be attached.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AttachError {
    /// Another handler has this id; detach it first or take another id.
    AlreadyAttached(Box<str>),
    /// Not dotted segments of `a` to `z`, `0` to `9` and `_`, or `*`.
    InvalidSelector(Box<str>),
}

impl fmt::Display for AttachError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AlreadyAttached(id) => {
                write!(f, "a handler `{id}` is attached already; detach it first or use another id")
            }
            Self::InvalidSelector(text) => write!(
                f,
                "`{text}` does not name events; write a name such as `buckets.cloud.insert.stop`, its beginning, or `*` for a segment"
            ),
        }
    }
}

impl std::error::Error for AttachError {}
