//! What can be asked of a store: typed questions and answers, and the one request and response
//! that carry them through a stack.

mod attributes;
mod checksum;
mod condition;
mod constraints;
mod context;
mod copy;
mod delete;
mod etag;
mod expectation;
mod get;
mod head;
mod list;
mod object_meta;
mod op;
mod put;
mod range;
mod request;
mod sign;
mod signed_url;
mod storage_class;

pub use attributes::Attributes;
pub(crate) use attributes::media_type;
pub use checksum::{Checksum, ChecksumHasher};
pub use condition::Condition;
pub use constraints::Constraints;
pub use context::Context;
pub use copy::Copy;
pub use delete::{Delete, Deleted};
pub use etag::ETag;
pub use expectation::Expectation;
pub use get::{Fetched, Get};
pub use head::Head;
pub use list::{Cursor, List, Page};
pub use object_meta::ObjectMeta;
pub use op::{CustomOp, CustomReply, Op, Operation, OperationKind, Reply};
pub use put::{Put, Stored};
pub use range::ByteRange;
pub use request::{Request, Response};
pub use sign::{Sign, SignedMethod};
pub use signed_url::SignedUrl;
pub use storage_class::StorageClass;
