//! What a cloud stands on: a bare backend, or a tower of layers.

use tower::util::BoxCloneSyncService;
use tower_service::Service;

use crate::error::BoxError;
use crate::operation::{Request, Response};

/// Anything a [`Cloud`](crate::Cloud) can stand on. Implemented for every fitting tower service;
/// [`Backend`](crate::adapter::Backend) makes one of an adapter.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a storage stack",
    label = "not a `Store`",
    note = "a `Store` is a `Service<Request, Response = Response>` that is `Clone + Send + Sync + 'static`, \
            with a `Send` future and an error that boxes",
    note = "make one of an adapter with `Backend::new(adapter)`",
    note = "a layer whose service is not `Clone` (such as tower's `RateLimit`) needs a `.buffer(n)` above it"
)]
pub trait Store:
    Service<Request, Response = Response, Error: Into<BoxError>, Future: Send + 'static> + Clone + Send + Sync + 'static
{
}

impl<S> Store for S where
    S: Service<Request, Response = Response, Error: Into<BoxError>, Future: Send + 'static>
        + Clone
        + Send
        + Sync
        + 'static
{
}

/// A stack whose type is erased: one box for a clone and one for a call.
pub type BoxStore = BoxCloneSyncService<Request, Response, BoxError>;
