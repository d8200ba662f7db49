//! Where objects are kept: the [`Adapter`] trait and the adapters here.

#[cfg(feature = "azure")]
pub mod azure;
mod backend;
mod capabilities;
#[cfg(feature = "gcs")]
pub mod gcs;
#[cfg(feature = "memory")]
mod memory;
mod retry_after;
#[cfg(feature = "s3")]
pub mod s3;
#[cfg(any(feature = "azure", feature = "gcs"))]
mod token;
#[cfg(all(feature = "volume", unix))]
pub mod volume;

use std::future::Future;

#[cfg(feature = "azure")]
pub use azure::Azure;
pub use backend::{Backend, BackendFuture};
pub use capabilities::Capabilities;
#[cfg(feature = "gcs")]
pub use gcs::Gcs;
#[cfg(feature = "memory")]
pub use memory::Memory;
pub use retry_after::retry_after;
#[cfg(feature = "s3")]
pub use s3::S3;
#[cfg(all(feature = "volume", unix))]
pub use volume::Volume;

use crate::error::{Error, Result};
use crate::operation::{
    Copy, CustomOp, CustomReply, Delete, Deleted, Fetched, Get, Head, List, ObjectMeta, Op, Operation, Page, Put,
    Reply, Sign, SignedUrl, Stored,
};
use crate::telemetry::Server;

/// What the author of an adapter writes: one `async fn` for each operation the store has.
///
/// What is left out answers [`Unsupported`](crate::ErrorKind::Unsupported); say in
/// [`capabilities`](Self::capabilities) what is there. The contract of each operation is with its
/// type ([`Put`], [`Get`], …), and [`testing::conformance`](crate::testing::conformance) checks it.
/// [`Backend`] makes an adapter a tower service; layers go above that, never here.
///
/// Any future returned here may be dropped at any time. An adapter must then leave the store as
/// if the operation had happened whole or not at all.
pub trait Adapter: Send + Sync + 'static {
    /// The adapter's name: a short constant such as `volume`, for the `adapter` label of metrics.
    fn name(&self) -> &str;

    /// What the adapter can do.
    fn capabilities(&self) -> Capabilities;

    /// Where the store is asked, for traces; [`None`] for one that is in this process, or if that is not known.
    fn server(&self) -> Option<Server> {
        None
    }

    /// Names the place objects are kept in, if two adapters can be told to share one: only then is a
    /// copy between their clouds made by the store. Must be the same only for the same store with
    /// the same credentials.
    fn store_id(&self) -> Option<String> {
        None
    }

    /// Stores an object.
    fn put(&self, op: Put) -> impl Future<Output = Result<Stored>> + Send {
        unsupported(op)
    }

    /// Fetches an object or a part of it.
    fn get(&self, op: Get) -> impl Future<Output = Result<Fetched>> + Send {
        unsupported(op)
    }

    /// Tells what is known of an object.
    fn head(&self, op: Head) -> impl Future<Output = Result<ObjectMeta>> + Send {
        unsupported(op)
    }

    /// Removes an object.
    fn delete(&self, op: Delete) -> impl Future<Output = Result<Deleted>> + Send {
        unsupported(op)
    }

    /// Copies an object within the store.
    fn copy(&self, op: Copy) -> impl Future<Output = Result<Stored>> + Send {
        unsupported(op)
    }

    /// Lists a page of objects.
    fn list(&self, op: List) -> impl Future<Output = Result<Page>> + Send {
        unsupported(op)
    }

    /// Makes a signed link.
    fn sign(&self, op: Sign) -> impl Future<Output = Result<SignedUrl>> + Send {
        unsupported(op)
    }

    /// Does an operation that is not built in: [`downcast`](CustomOp::downcast) it to those known here.
    fn custom(&self, op: CustomOp) -> impl Future<Output = Result<CustomReply>> + Send {
        let name = op.name();
        async move { Err(Error::unsupported(name).with_operation(name)) }
    }

    /// Answers without waiting, or gives the operation back to be done by the methods above.
    ///
    /// For adapters that never wait: what is answered here needs no box for a future.
    #[allow(clippy::result_large_err, reason = "the `Err` is the operation itself, moved on and never kept")]
    fn answer_now(&self, op: Op) -> Result<Result<Reply>, Op> {
        Err(op)
    }
}

async fn unsupported<O: Operation>(_: O) -> Result<O::Output> {
    Err(Error::unsupported(O::NAME).with_operation(O::NAME))
}
