//! What the code that `#[instrumented]`, `span!` and `event!` expand to stands on.
//!
//! The expansion is small because everything that does not depend on a function's own types is here,
//! and quick because everything that is not needed while nobody listens is in cold functions.

mod begin;
mod call;
mod convert;
mod judge;
mod rule;
mod site;
mod streamed;
mod watch;

pub use self::begin::Begin;
pub use self::call::{Guard, Returns, call, eager, end};
pub use self::convert::{ToKey, ToNumber, ToParent, ToScope, ToValue, Whatever, whole};
pub use self::judge::{AnyError, Judged, Probe, StaticError};
pub use self::rule::{apply, decide, none, ok_if, success_or_error, value};
pub use self::site::{Registered, Site, dotted, dotted_len, text};
pub use self::streamed::{Streamed, streamed};
pub use self::watch::{Watch, watch};
