use std::error::Error as StdError;

use crate::telemetry::Outcome;

/// A type that says itself how the function that returns it ended.
///
/// Instrumented functions look for it in what they return, and in the error of a `Result` that they
/// return. What does not implement it is judged by what it is: an `Err` is an error, of the kind that
/// the first [`buckets::Error`](crate::Error) or `io::Error` among it and its sources has, and
/// everything else did what was asked.
///
/// ```
/// # #[cfg(feature = "macros")] {
/// use buckets::telemetry::{AsOutcome, Dispatcher, Outcome};
/// use buckets::{ErrorKind, instrumented, testing::Capture};
///
/// enum Answer {
///     Found(u32),
///     Busy,
/// }
///
/// impl AsOutcome for Answer {
///     fn as_outcome(&self) -> Outcome {
///         match self {
///             Self::Found(_) => Outcome::Success,
///             Self::Busy => Outcome::Error(ErrorKind::Overloaded),
///         }
///     }
/// }
///
/// #[instrumented("my_app.search")]
/// fn search(text: &str) -> Answer {
///     if text.is_empty() { Answer::Busy } else { Answer::Found(1) }
/// }
///
/// let capture = Capture::on(&Dispatcher::global());
/// search("");
/// assert_eq!(capture.one("my_app.search.exception").kind, Some(ErrorKind::Overloaded));
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "how `{Self}` ended cannot be told, because its type is not known here",
    note = "say what a block gives: `span!(\"my_app.work\", -> Result<T, E> {{ .. }})`, or `-> Result<T, E> async {{ .. }}`"
)]
pub trait AsOutcome {
    /// How it ended.
    fn as_outcome(&self) -> Outcome;

    /// The error, if there is one.
    fn as_error(&self) -> Option<&(dyn StdError + 'static)> {
        None
    }
}
