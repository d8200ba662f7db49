//! How a function ended, by the value it returned.
//!
//! Which rule applies depends on the type, of which only the compiler knows what it can do. So each
//! rule is an inherent method of a wrapper, and each wrapper dereferences to that of the next, more
//! general rule: method resolution takes the first that fits. No trait need be in scope, and what a
//! type cannot do is never asked of it.

use std::convert::Infallible;
use std::error::Error as StdError;
use std::fmt;
use std::ops::Deref;
use std::task::Poll;

use crate::error::{Error, ErrorKind};
use crate::telemetry::observe::kind_of;
use crate::telemetry::{AsOutcome, Outcome};

/// An end other than success.
#[derive(Debug)]
pub struct Judged<'a> {
    outcome: Outcome,
    error: Shown<'a>,
}

#[derive(Debug)]
enum Shown<'a> {
    Nothing,
    Borrowed(&'a (dyn StdError + 'static)),
    Text(Text),
}

/// The text of an error that cannot be handed on itself, because it borrows something.
#[derive(Debug)]
struct Text(String);

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl StdError for Text {}

impl<'a> Judged<'a> {
    /// An end of which no more is known.
    pub fn other() -> Self {
        Self::new(Outcome::Error(ErrorKind::Other), None)
    }

    /// An end that the call site has an opinion on.
    pub fn new(outcome: Outcome, error: Option<&'a (dyn StdError + 'static)>) -> Self {
        Self { outcome, error: error.map_or(Shown::Nothing, Shown::Borrowed) }
    }

    fn of(error: &'a (dyn StdError + 'static)) -> Self {
        Self::new(Outcome::Error(kind_of(error)), Some(error))
    }

    /// Changes the kind.
    #[must_use]
    pub fn kind(mut self, kind: ErrorKind) -> Self {
        self.outcome = Outcome::Error(kind);
        self
    }

    /// Makes it an expected one if it is of one of these kinds.
    #[must_use]
    pub fn expecting(self, kinds: &[ErrorKind]) -> Self {
        let is_expected = self.outcome.kind().is_some_and(|kind| kinds.contains(&kind));
        self.expected_if(is_expected)
    }

    /// Makes it an expected one, or leaves it.
    #[must_use]
    pub fn expected_if(mut self, is_expected: bool) -> Self {
        if let (true, Outcome::Error(kind)) = (is_expected, self.outcome) {
            self.outcome = Outcome::Expected(kind);
        }
        self
    }

    /// Changes how it ended and leaves the error.
    #[must_use]
    pub fn outcome_is(mut self, outcome: Outcome) -> Self {
        self.outcome = outcome;
        self
    }

    pub(super) fn outcome(&self) -> Outcome {
        self.outcome
    }

    pub(super) fn error(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.error {
            Shown::Nothing => None,
            Shown::Borrowed(error) => Some(*error),
            Shown::Text(text) => Some(text),
        }
    }
}

macro_rules! rungs {
    ($($(#[$doc:meta])* $rung:ident => $next:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $rung<'a, T: ?Sized>($next<'a, T>);

        impl<'a, T: ?Sized> $rung<'a, T> {
            #[doc = "Looks at a value."]
            pub const fn new(value: &'a T) -> Self {
                Self($next::new(value))
            }
        }

        impl<'a, T: ?Sized> Deref for $rung<'a, T> {
            type Target = $next<'a, T>;

            fn deref(&self) -> &Self::Target {
                &self.0
            }
        }
    )+};
}

macro_rules! last_rungs {
    ($($(#[$doc:meta])* $rung:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $rung<'a, T: ?Sized>(&'a T);

        impl<'a, T: ?Sized> $rung<'a, T> {
            #[doc = "Looks at a value."]
            pub const fn new(value: &'a T) -> Self {
                Self(value)
            }
        }
    )+};
}

rungs! {
    /// A value returned, to be asked for its failure.
    Probe => ProbeResult;
    /// One that is a `Result`, or is about to be.
    ProbeResult => ProbeOther;
    /// An error, whose type surely borrows nothing, to be judged.
    StaticError => StaticSource;
    /// One that is an error.
    StaticSource => SharedSource;
    /// One that holds an error, as `Box<dyn Error + Send + Sync>` does.
    SharedSource => LocalSource;
    /// One that holds an error, as `Box<dyn Error>` does.
    LocalSource => UnknownError;
    /// An error, whose type may borrow something, to be judged.
    AnyError => OurError;
    /// One of ours.
    OurError => ShownError;
    /// One that is an error.
    ShownError => UnknownError;
}

last_rungs! {
    /// Any other value.
    ProbeOther;
    /// Any other error.
    UnknownError;
}

impl<'a, T: AsOutcome + ?Sized> Probe<'a, T> {
    /// The value itself if it is none of success.
    pub fn failure(&self) -> Option<&'a T> {
        let value = self.0.0.0;
        (value.as_outcome() != Outcome::Success).then_some(value)
    }
}

impl<'a, T, E> ProbeResult<'a, Result<T, E>> {
    /// The error.
    pub fn failure(&self) -> Option<&'a E> {
        self.0.0.as_ref().err()
    }
}

impl<'a, T, E> ProbeResult<'a, Option<Result<T, E>>> {
    /// The error.
    pub fn failure(&self) -> Option<&'a E> {
        self.0.0.as_ref()?.as_ref().err()
    }
}

impl<'a, T, E> ProbeResult<'a, Poll<Result<T, E>>> {
    /// The error.
    pub fn failure(&self) -> Option<&'a E> {
        match self.0.0 {
            Poll::Ready(Err(error)) => Some(error),
            _ => None,
        }
    }
}

impl<'a, T, E> ProbeResult<'a, Poll<Option<Result<T, E>>>> {
    /// The error.
    pub fn failure(&self) -> Option<&'a E> {
        match self.0.0 {
            Poll::Ready(Some(Err(error))) => Some(error),
            _ => None,
        }
    }
}

impl<'a, T: ?Sized> ProbeOther<'a, T> {
    /// None: there is nothing in it that could be.
    pub const fn failure(&self) -> Option<&'a Infallible> {
        None
    }
}

impl<'a, T: AsOutcome + ?Sized> StaticError<'a, T> {
    /// As it says itself.
    pub fn judge(&self) -> Judged<'a> {
        let value = self.0.0.0.0.0;
        Judged::new(value.as_outcome(), value.as_error())
    }
}

impl<'a, T: StdError + 'static> StaticSource<'a, T> {
    /// By what it is or comes from.
    pub fn judge(&self) -> Judged<'a> {
        Judged::of(self.0.0.0.0)
    }
}

impl<'a, T: AsRef<dyn StdError + Send + Sync> + ?Sized> SharedSource<'a, T> {
    /// By what it holds.
    pub fn judge(&self) -> Judged<'a> {
        Judged::of(self.0.0.0.as_ref())
    }
}

impl<'a, T: AsRef<dyn StdError> + ?Sized> LocalSource<'a, T> {
    /// By what it holds.
    pub fn judge(&self) -> Judged<'a> {
        Judged::of(self.0.0.as_ref())
    }
}

impl<'a, T: AsOutcome + ?Sized> AnyError<'a, T> {
    /// As it says itself.
    pub fn judge(&self) -> Judged<'a> {
        let value = self.0.0.0.0;
        Judged::new(value.as_outcome(), value.as_error())
    }
}

impl<'a> OurError<'a, Error> {
    /// By its kind.
    pub fn judge(&self) -> Judged<'a> {
        Judged::of(self.0.0.0)
    }
}

impl<'a, T: StdError + ?Sized> ShownError<'a, T> {
    /// By what it comes from; of itself there is the text.
    pub fn judge(&self) -> Judged<'a> {
        let error = self.0.0;
        let kind = error.source().map_or(ErrorKind::Other, kind_of);
        Judged { outcome: Outcome::Error(kind), error: Shown::Text(Text(error.to_string())) }
    }
}

impl<'a, T: ?Sized> UnknownError<'a, T> {
    /// Nothing is known but that it is none of success.
    pub fn judge(&self) -> Judged<'a> {
        Judged::other()
    }
}
