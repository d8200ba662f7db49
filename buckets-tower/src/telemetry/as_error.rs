use std::convert::Infallible;
use std::error::Error as StdError;

use buckets::{BoxError, Error};

/// An error that a stack of services may have: one of this library's, a boxed one, or any type of
/// yours for which you implement this.
///
/// A trait of its own because a boxed error is not an error itself.
pub trait AsError {
    /// The error, to be shown and to be asked for its sources.
    fn as_error(&self) -> &(dyn StdError + 'static);

    /// Notes in the error how many [attempts](Error::attempts) were made. By default nothing.
    fn count_attempts(&mut self, attempts: u32) {
        let _ = attempts;
    }
}

impl AsError for Error {
    fn as_error(&self) -> &(dyn StdError + 'static) {
        self
    }

    fn count_attempts(&mut self, attempts: u32) {
        self.set_attempts(attempts);
    }
}

impl AsError for BoxError {
    fn as_error(&self) -> &(dyn StdError + 'static) {
        &**self
    }

    fn count_attempts(&mut self, attempts: u32) {
        if let Some(ours) = self.downcast_mut::<Error>() {
            ours.set_attempts(attempts);
        }
    }
}

impl AsError for std::io::Error {
    fn as_error(&self) -> &(dyn StdError + 'static) {
        self
    }
}

impl AsError for Infallible {
    fn as_error(&self) -> &(dyn StdError + 'static) {
        match *self {}
    }
}
