use std::fmt::Debug;

use super::{Options, Verdict};
use crate::error::{Error, ErrorKind};

/// What a check returns.
pub(super) type Checked = Result<(), Failure>;

/// Why a behaviour does not hold.
#[derive(Debug)]
pub(super) struct Failure {
    reason: String,
    cause: Cause,
}

#[derive(Debug, PartialEq, Eq)]
enum Cause {
    /// The store did something else than the contract says.
    Wrong,
    /// The store answered `Unsupported` to what its capabilities promise.
    Refused,
    /// The contract leaves it to the store, and this one does not have it.
    Optional,
}

impl Failure {
    pub(super) fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), cause: Cause::Wrong }
    }

    /// For what the contract does not demand.
    pub(super) fn optional(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), cause: Cause::Optional }
    }

    /// Makes a refusal no fault: for parts of an option that the store may lack.
    pub(super) fn or_optional(mut self) -> Self {
        if self.cause == Cause::Refused {
            self.cause = Cause::Optional;
        }
        self
    }

    /// Says at what it happened.
    pub(super) fn within(mut self, what: &str) -> Self {
        self.reason = format!("{what}: {}", self.reason);
        self
    }

    pub(super) fn into_verdict(self, options: &Options) -> Verdict {
        match self.cause {
            Cause::Wrong => Verdict::Failed(self.reason),
            Cause::Refused if !options.server_decides => {
                Verdict::Failed(format!("{}, though the capabilities promise it", self.reason))
            }
            Cause::Refused | Cause::Optional => Verdict::Unsupported(self.reason),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let cause = if error.kind() == ErrorKind::Unsupported { Cause::Refused } else { Cause::Wrong };
        Self { reason: format!("{error} ({})", error.kind()), cause }
    }
}

impl From<std::io::Error> for Failure {
    /// A fault of the suite's own surroundings, such as a full temporary directory.
    fn from(error: std::io::Error) -> Self {
        Self::new(format!("the suite itself failed: {error}"))
    }
}

pub(super) fn ensure(holds: bool, otherwise: &str) -> Checked {
    if holds { Ok(()) } else { Err(Failure::new(otherwise)) }
}

pub(super) fn same<T: PartialEq + Debug>(what: &str, seen: T, expected: T) -> Checked {
    if seen == expected {
        return Ok(());
    }
    Err(Failure::new(format!("{what}: expected {expected:?}, got {seen:?}")))
}

/// As [`same`], for content: says where it differs instead of showing it.
pub(super) fn same_content(what: &str, seen: &[u8], expected: &[u8]) -> Checked {
    if seen == expected {
        return Ok(());
    }
    let first = seen.iter().zip(expected).position(|(seen, expected)| seen != expected);
    let first = first.unwrap_or(seen.len().min(expected.len()));
    let (seen, expected) = (seen.len(), expected.len());
    Err(Failure::new(format!("{what}: expected {expected} bytes, got {seen}, and they differ from byte {first} on")))
}
