//! Errors, in both directions.

use std::error::Error as StdError;

use object_store::Error as Theirs;
use object_store::client::{HttpError, HttpErrorKind};
use object_store::path::Path;

use crate::bridge::Foreign;
use crate::error::{Error, ErrorKind, chain};

/// An error of theirs as one of ours. One of ours that went through their library comes out with all it knew.
pub(super) fn to_ours(theirs: Theirs) -> Error {
    let error = match Error::find(&theirs) {
        Some(ours) => ours.restated(),
        None => describe(&theirs),
    };
    error.with_source(Foreign::new(theirs))
}

/// As [`to_ours`], for what looks an object up: where a file system has a directory, or a file above, there is none.
pub(super) fn of_lookup(theirs: Theirs) -> Error {
    match stands_in_place(&theirs) {
        true => Error::not_found().with_source(Foreign::new(theirs)),
        false => to_ours(theirs),
    }
}

/// Whether something that is no object is where it should be: a directory, or a file above.
fn stands_in_place(theirs: &Theirs) -> bool {
    use std::io::ErrorKind as Io;
    chain(theirs)
        .filter_map(|link| link.downcast_ref::<std::io::Error>())
        .any(|error| matches!(error.kind(), Io::IsADirectory | Io::NotADirectory | Io::DirectoryNotEmpty))
}

/// As [`to_ours`], for the stream of a body: what is not known otherwise means that it broke off.
pub(super) fn of_body(theirs: Theirs) -> Error {
    match to_ours(theirs) {
        error if error.kind() == ErrorKind::Other => {
            Error::new(ErrorKind::Interrupted, "the content broke off").with_source(error)
        }
        error => error,
    }
}

fn describe(theirs: &Theirs) -> Error {
    let (kind, message) = match theirs {
        Theirs::NotFound { .. } => return Error::not_found(),
        Theirs::AlreadyExists { .. } => (ErrorKind::AlreadyExists, "an object of this key exists already"),
        Theirs::Precondition { .. } => (ErrorKind::PreconditionFailed, "the object is not the one asked for"),
        Theirs::NotModified { .. } => (ErrorKind::PreconditionFailed, "the object is still the one named"),
        Theirs::NotSupported { .. } | Theirs::NotImplemented { .. } => {
            (ErrorKind::Unsupported, "the store does not support this operation or option")
        }
        Theirs::PermissionDenied { .. } => (ErrorKind::PermissionDenied, "the credentials do not allow this"),
        Theirs::Unauthenticated { .. } => (ErrorKind::Unauthenticated, "the store does not accept the credentials"),
        Theirs::InvalidPath { .. } => (ErrorKind::InvalidInput, "the store does not take such a key"),
        Theirs::UnknownConfigurationKey { .. } => (ErrorKind::InvalidInput, "the store has no such setting"),
        _ if stands_in_place(theirs) => (ErrorKind::AlreadyExists, "another thing stands in the object's place"),
        Theirs::Generic { source, .. } => return by_cause(&**source),
        _ => (ErrorKind::Other, "the store failed"),
    };
    Error::new(kind, message)
}

/// An error that only its causes tell more of.
fn by_cause(cause: &(dyn StdError + 'static)) -> Error {
    chain(cause)
        .find_map(|link| match link.downcast_ref::<std::io::Error>() {
            Some(io) if io.get_ref().is_none() => Some(Error::from_io(io.kind().into())),
            _ => of_status(&link.to_string()).or_else(|| of_http(link)),
        })
        .unwrap_or_else(|| Error::new(ErrorKind::Other, "the store failed"))
}

/// An answer with an HTTP status. Their type for it cannot be named, so its text has to do.
fn of_status(text: &str) -> Option<Error> {
    let status = text.strip_prefix("Server returned non-2xx status code: ")?;
    let status: u16 = status.get(..3)?.parse().ok()?;
    let (kind, message) = match status {
        // What is about an object, they say otherwise; this is about the place of all of them.
        401 => (ErrorKind::Unauthenticated, "the store does not accept the credentials"),
        403 => (ErrorKind::PermissionDenied, "the store does not accept the credentials, or they do not allow this"),
        404 => (ErrorKind::InvalidInput, "the store has no such bucket or container"),
        408 => (ErrorKind::Timeout, "the store gave up waiting for the request"),
        413 => (ErrorKind::TooLarge, "the content is larger than the store allows"),
        416 => (ErrorKind::InvalidInput, "the byte range lies outside of the object"),
        429 => (ErrorKind::Throttled, "the store asks for fewer requests"),
        400..=499 => (ErrorKind::Other, "the store refused the request"),
        501 => (ErrorKind::Unsupported, "the store does not support this operation or option"),
        507 => (ErrorKind::QuotaExceeded, "the store is full"),
        _ => (ErrorKind::Unavailable, "the store cannot answer at the moment"),
    };
    Some(Error::new(kind, message).with_http_status(status))
}

fn of_http(link: &(dyn StdError + 'static)) -> Option<Error> {
    let (kind, message) = match link.downcast_ref::<HttpError>()?.kind() {
        HttpErrorKind::Connect => (ErrorKind::Connect, "no connection to the store could be made"),
        HttpErrorKind::Timeout => (ErrorKind::Timeout, "the store did not answer in time"),
        HttpErrorKind::Interrupted | HttpErrorKind::Request => (ErrorKind::Interrupted, "the connection broke off"),
        HttpErrorKind::Decode => (ErrorKind::Protocol, "the store's answer made no sense"),
        _ => return None,
    };
    Some(Error::new(kind, message))
}

/// An error of ours as one of theirs, about the object at `path`.
pub(super) fn to_theirs(ours: Error, path: &Path) -> Theirs {
    let (kind, path, source) = (ours.kind(), path.to_string(), Box::new(ours));
    match kind {
        ErrorKind::NotFound => Theirs::NotFound { path, source },
        ErrorKind::AlreadyExists => Theirs::AlreadyExists { path, source },
        ErrorKind::PreconditionFailed => Theirs::Precondition { path, source },
        ErrorKind::PermissionDenied => Theirs::PermissionDenied { path, source },
        ErrorKind::Unauthenticated => Theirs::Unauthenticated { path, source },
        ErrorKind::Unsupported => Theirs::NotSupported { source },
        _ => Theirs::Generic { store: super::cloud::NAME, source },
    }
}

/// That the cloud does not have something, in the terms that callers ask for before they do without it.
pub(super) fn not_implemented(operation: &str) -> Theirs {
    Theirs::NotImplemented { operation: operation.to_owned(), implementer: super::cloud::NAME.to_owned() }
}
