//! Bridges to other storage libraries: their stores as adapters here, and a cloud as a store there.
//!
//! Each is a feature and a module with the other library's version in its name, so that a new version of it
//! is a new module and no breaking change.

mod foreign;
#[cfg(feature = "object-store-0_14")]
pub mod object_store_0_14;
#[cfg(feature = "opendal-0_59")]
pub mod opendal_0_59;
mod parts;
mod selection;

pub use foreign::Foreign;

use crate::error::Result;
use crate::operation::{Condition, ETag};

/// Judges a condition by an object that is there, and may have no tag; then it has none that could be named.
fn check_existing(condition: &Condition, tag: Option<&ETag>) -> Result<()> {
    match tag {
        Some(_) => condition.check(tag),
        None => condition.check(Some(&ETag::new("!untagged!")?)),
    }
}
