//! Bridges to other storage libraries: their stores as adapters here, and a cloud as a store there.
//!
//! Each is a feature and a module with the other library's version in its name, so that a new version of it
//! is a new module and no breaking change.

mod foreign;
#[cfg(feature = "object-store-0_14")]
pub mod object_store_0_14;

pub use foreign::Foreign;
