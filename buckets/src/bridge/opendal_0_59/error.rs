use std::error::Error as StdError;

use opendal_core::{Error as Theirs, ErrorKind as TheirKind};

use crate::bridge::Foreign;
use crate::error::{Error, ErrorKind, chain};
use crate::operation::Condition;

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

/// As [`to_ours`], for a list: what is not there is the place of all objects.
pub(super) fn of_list(theirs: Theirs) -> Error {
    match to_ours(theirs) {
        error if error.kind() == ErrorKind::NotFound => {
            Error::invalid("the store has no such bucket or container").with_source(error)
        }
        error => error,
    }
}

/// As [`to_ours`], for a write under `condition`: services differ in what they call an object in the way.
pub(super) fn of_write(theirs: Theirs, condition: &Condition) -> Error {
    let error = to_ours(theirs);
    if error.kind() != ErrorKind::PreconditionFailed || !condition.is_if_absent() {
        return error;
    }
    Error::new(ErrorKind::AlreadyExists, "an object of this key exists already").with_source(error)
}

/// As [`to_ours`], for the stream of a body: what is not known otherwise means that it broke off.
pub(super) fn of_body(error: std::io::Error) -> Error {
    match error.downcast::<Theirs>() {
        Ok(theirs) if is_unexplained(&theirs) => {
            Error::new(ErrorKind::Interrupted, "the content broke off").with_source(Foreign::new(theirs))
        }
        Ok(theirs) => to_ours(theirs),
        Err(error) => Error::from_io(error.kind().into()),
    }
}

fn describe(theirs: &Theirs) -> Error {
    let (kind, message) = match theirs.kind() {
        TheirKind::NotFound => return Error::not_found(),
        _ if stands_in_place(theirs) => (ErrorKind::AlreadyExists, "another thing stands in the object's place"),
        TheirKind::AlreadyExists => (ErrorKind::AlreadyExists, "an object of this key exists already"),
        TheirKind::ConditionNotMatch => (ErrorKind::PreconditionFailed, "the condition does not hold"),
        TheirKind::RangeNotSatisfied => {
            return Error::invalid("the byte range lies outside of the object").with_http_status(416);
        }
        TheirKind::Unsupported => (ErrorKind::Unsupported, "the service does not support this operation or option"),
        TheirKind::ConfigInvalid => (ErrorKind::InvalidInput, "the operator is not configured well"),
        TheirKind::PermissionDenied => (ErrorKind::PermissionDenied, "the credentials do not allow this"),
        TheirKind::RateLimited => (ErrorKind::Throttled, "the service asks for fewer requests"),
        TheirKind::IsSameFile => (ErrorKind::InvalidInput, "source and destination are the same object"),
        _ => return unexpected(theirs),
    };
    Error::new(kind, message)
}

/// What they do not tell apart: the cause does where it is one of the file system, else whether it may pass.
fn unexpected(theirs: &Theirs) -> Error {
    match io_errors(theirs).next() {
        Some(kind) => Error::from_io(kind.into()),
        None if theirs.is_temporary() || theirs.is_persistent() => {
            Error::new(ErrorKind::Unavailable, "the service cannot answer at the moment")
        }
        None => Error::new(ErrorKind::Other, "the service failed"),
    }
}

/// Whether nothing is known but that it failed, for now or for good.
fn is_unexplained(theirs: &Theirs) -> bool {
    theirs.kind() == TheirKind::Unexpected && Error::find(theirs).is_none() && io_errors(theirs).next().is_none()
}

/// Whether something that is no object is where it should be: a directory, or a file above.
fn stands_in_place(theirs: &Theirs) -> bool {
    use std::io::ErrorKind as Io;
    matches!(theirs.kind(), TheirKind::IsADirectory | TheirKind::NotADirectory)
        || io_errors(theirs).any(|kind| matches!(kind, Io::IsADirectory | Io::NotADirectory | Io::DirectoryNotEmpty))
}

fn io_errors(error: &(dyn StdError + 'static)) -> impl Iterator<Item = std::io::ErrorKind> {
    chain(error).filter_map(|link| Some(link.downcast_ref::<std::io::Error>()?.kind()))
}
