//! A store that can be read and not changed.

use std::fmt;
use std::task::{Context, Poll};

use buckets::operation::{Op, Request, Response, SignedMethod};
use buckets::{Error, ErrorKind};
use tower_layer::Layer;
use tower_service::Service;

use crate::Refusable;

/// Refuses all that could change the store: puts, deletes, copies, signed links for uploads, and
/// operations that are not built in, of which it cannot know.
///
/// A refusal is a [`PermissionDenied`](ErrorKind::PermissionDenied), given without asking the store.
/// Readiness, drops and panics pass through; nothing is allocated for what passes.
///
/// ```
/// use buckets::adapter::Memory;
/// use buckets::{Cloud, ErrorKind, Upload};
/// use buckets_tower::ReadOnlyLayer;
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let archive = Cloud::builder("archive", Memory::new()).layer(ReadOnlyLayer::new()).build();
/// let refused = archive.insert(Upload::from_bytes("a.txt", "content")).await.unwrap_err();
/// assert_eq!(refused.kind(), ErrorKind::PermissionDenied);
/// # Ok::<(), buckets::Error>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct ReadOnlyLayer(());

impl ReadOnlyLayer {
    /// Refuses what could change the store.
    pub const fn new() -> Self {
        Self(())
    }
}

impl<S> Layer<S> for ReadOnlyLayer {
    type Service = ReadOnly<S>;

    fn layer(&self, inner: S) -> ReadOnly<S> {
        ReadOnly { inner }
    }
}

/// A store that can only be read; made by [`ReadOnlyLayer`].
#[derive(Clone, Copy)]
pub struct ReadOnly<S> {
    inner: S,
}

impl<S> Service<Request> for ReadOnly<S>
where
    S: Service<Request, Response = Response, Error: From<Error>>,
{
    type Response = Response;
    type Error = S::Error;
    type Future = Refusable<S::Future, S::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        if is_read(&request.op) {
            return Refusable::passed(self.inner.call(request));
        }
        let error = Error::new(ErrorKind::PermissionDenied, "this store can only be read");
        Refusable::refused(error.with_operation(request.op.name()).into())
    }
}

/// Whether `op` can change nothing. What is not known here may be a write.
fn is_read(op: &Op) -> bool {
    match op {
        Op::Get(_) | Op::Head(_) | Op::List(_) => true,
        Op::Sign(op) => op.method == SignedMethod::Get,
        _ => false,
    }
}

impl<S: fmt::Debug> fmt::Debug for ReadOnly<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadOnly").field("inner", &self.inner).finish()
    }
}
