//! An error and its sources as Sentry's exceptions.

use std::error::Error as StdError;
use std::io;

use sentry_core::parse_type_from_debug;
use sentry_core::protocol::Exception;

use super::stack::stack;
use crate::error::{self, Error};
use crate::handlers::text::{MOST_LINKS, safe};

/// The exceptions of `error`, the innermost source first, as Sentry wants them.
pub(super) fn exceptions(error: &(dyn StdError + 'static), show_sources: bool) -> Vec<Exception> {
    let links = error::chain(origin(error)).take(MOST_LINKS).filter(|link| !is_box(*link));
    let mut exceptions: Vec<_> = links.map(|link| exception(link, show_sources)).collect();
    exceptions.reverse();
    exceptions
}

/// Where `error` begins to say something: at the first error of this library, and where a layer has
/// told that once more, at the one that it told of, which knows where it arose.
fn origin<'a>(error: &'a (dyn StdError + 'static)) -> &'a (dyn StdError + 'static) {
    let Some(told) = Error::find(error) else { return error };
    let is_same = |other: &&Error| (other.kind(), other.message()) == (told.kind(), told.message());
    let ours = error::chain(error).take(MOST_LINKS).filter_map(|link| link.downcast_ref::<Error>());
    ours.filter(is_same).last().unwrap_or(told)
}

/// Whether this is an `io::Error` that only carries another error.
fn is_box(error: &(dyn StdError + 'static)) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|io| io.get_ref().is_some())
}

fn exception(error: &(dyn StdError + 'static), show_source: bool) -> Exception {
    if let Some(ours) = error.downcast_ref::<Error>() {
        return Exception { stacktrace: stack(ours.backtrace()), ..plain(ours.kind().as_str(), safe(ours)) };
    }
    match error.downcast_ref::<io::Error>() {
        // Words of the operating system or of `std`, which know of no paths.
        Some(io) => plain("io::Error", safe(io)),
        _ if show_source => plain(parse_type_from_debug(&format!("{error:?}")), safe(error)),
        _ => plain("source", "not shown: an error of another library".into()),
    }
}

fn plain(ty: &str, value: String) -> Exception {
    Exception { ty: safe(ty), value: Some(value), ..Exception::default() }
}
