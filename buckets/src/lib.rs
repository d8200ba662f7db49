//! File storage for Rust services that is observable by construction.

pub mod adapter;
pub mod body;
pub mod cloud;
mod error;
mod key;
pub mod operation;
mod secret;
pub mod store;
pub mod telemetry;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use cloud::{
    Cloud, Data, InsertOptions, LoadTo, Location, Object, ReadOptions, Upload, UrlOptions, normalize_filename,
};
pub use error::{BoxError, Error, ErrorKind, Result};
pub use key::{Key, Prefix};
pub use operation::{Attributes, ByteRange, Checksum, Condition, ETag, ObjectMeta, SignedUrl};
pub use secret::Secret;
pub use uuid;
