//! File storage for Rust services that is observable by construction.

pub mod adapter;
pub mod body;
mod error;
mod key;
pub mod operation;
mod secret;
pub mod store;
pub mod telemetry;

pub use error::{BoxError, Error, ErrorKind, Result};
pub use key::{Key, Prefix};
pub use operation::{Attributes, ByteRange, Checksum, Condition, ETag, ObjectMeta, SignedUrl};
pub use secret::Secret;
