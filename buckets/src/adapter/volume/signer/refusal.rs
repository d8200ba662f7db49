use std::fmt;

use crate::error::{Error, ErrorKind};

/// Why a link was refused: for logs, as the error's source, and never for who presents it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    Method,
    Path,
    Query,
    UnknownKey,
    Signature,
    Expired,
    TooFarAhead,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Method => "links are for GET, HEAD and PUT only",
            Self::Path => "the path is not that of a link",
            Self::Query => "the query is not that of a link",
            Self::UnknownKey => "the key that signed the link is not known, or not any more",
            Self::Signature => "the signature does not fit the link, or the method",
            Self::Expired => "the link has expired",
            Self::TooFarAhead => "the link expires in more than 7 days",
        })
    }
}

impl std::error::Error for Refusal {}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::new(ErrorKind::PermissionDenied, "this link is not valid, or not any more; ask for a new one")
            .with_source(refusal)
    }
}
