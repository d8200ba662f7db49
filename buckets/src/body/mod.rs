//! The content of objects on its way in and out: streaming, bounded, replayable where possible.

mod exact_len;
mod get;
mod observer;
mod put;

pub use get::GetBody;
pub use observer::{BodyEnd, BodyObserver};
pub use put::PutBody;

use http_body_util::combinators::UnsyncBoxBody;

use crate::error::Error;

/// A body of unknown make: `Send`, not `Sync`, read once.
pub type BoxBody = UnsyncBoxBody<bytes::Bytes, Error>;

/// How much of a file is read at once: large enough that the hop to a blocking thread is small
/// beside the reading, small enough for many bodies at once.
pub(crate) const FILE_CHUNK: usize = 256 * 1024;
