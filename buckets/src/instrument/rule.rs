//! What options of a call site make of a result.

use crate::error::ErrorKind;
use crate::instrument::Judged;
use crate::telemetry::{Outcome, Value};

/// What may have a value in it: what `ok(..)` looks at.
#[diagnostic::on_unimplemented(
    message = "`ok(..)` needs a function that returns a `Result` or an `Option`",
    label = "returns `{Self}`",
    note = "use `stop(|result| ..)` for values that are not in one"
)]
pub trait MayHold {
    /// What is in it.
    type Value;
    /// The value, if it is there.
    fn value(&self) -> Option<&Self::Value>;
}

impl<T, E> MayHold for Result<T, E> {
    type Value = T;

    fn value(&self) -> Option<&T> {
        self.as_ref().ok()
    }
}

impl<T> MayHold for Option<T> {
    type Value = T;

    fn value(&self) -> Option<&T> {
        self.as_ref()
    }
}

/// The value in `result`, if it is there.
pub fn value<R: MayHold>(result: &R) -> Option<&R::Value> {
    result.value()
}

/// What may have nothing in it: what `none = ..` looks at.
#[diagnostic::on_unimplemented(
    message = "`none = ..` needs a function that returns an `Option`",
    label = "returns `{Self}`"
)]
pub trait MayBeNone {
    /// Whether it has nothing in it.
    fn is_none(&self) -> bool;
}

impl<T> MayBeNone for Option<T> {
    fn is_none(&self) -> bool {
        self.is_none()
    }
}

/// A `None` that is an error.
pub fn none<R: MayBeNone>(result: &R, is_expected: bool) -> Option<Judged<'_>> {
    let judged = || Judged::new(Outcome::Error(ErrorKind::NotFound), None).expected_if(is_expected);
    result.is_none().then(judged)
}

/// Calls a rule with what it looks at; tells the compiler its type.
pub fn apply<'a, T: ?Sized, R>(value: &'a T, rule: impl FnOnce(&'a T) -> R) -> R {
    rule(value)
}

/// What `ok_if` said takes the place of what the value itself says.
pub fn ok_if(judged: Option<Judged<'_>>, is_ok: bool) -> Option<Judged<'_>> {
    if is_ok { None } else { Some(judged.unwrap_or_else(Judged::other)) }
}

/// What `outcome` said takes the place of what the value itself says.
pub fn decide(judged: Option<Judged<'_>>, outcome: Outcome) -> Option<Judged<'_>> {
    match outcome {
        Outcome::Success => None,
        outcome => Some(judged.unwrap_or_else(Judged::other).outcome_is(outcome)),
    }
}

/// What became of an operation that ends in `stop` either way.
pub fn success_or_error(is_success: bool) -> Value<'static> {
    Value::Str(if is_success { "success" } else { "error" })
}
