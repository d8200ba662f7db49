use std::fmt;
use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Poll};

use buckets::Error;
use buckets::adapter::volume::Signer;
use buckets::operation::{Op, Reply, Request, Response, Sign};
use futures_util::future::Either;
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

/// Signs links for a store that signs none, or none that are good enough: [`Links`](super::Links) serves them.
///
/// Every [`Sign`] is answered here, without asking the store; all else passes, and so do readiness,
/// drops and panics; nothing is allocated for what passes. The errors are those of [`Signer::sign`].
///
/// A cloud whose adapter signs no links has to be told that its stack does:
///
/// ```
/// use std::time::Duration;
///
/// use buckets::adapter::volume::{Signer, SigningKey};
/// use buckets::adapter::{Adapter, Memory};
/// use buckets::operation::OperationKind;
/// use buckets::{Cloud, Secret};
/// use buckets_tower::axum::{Links, SignLinksLayer};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let key = SigningKey::new(&Secret::new("32 bytes or more of a random generator"))?;
/// let signer = Signer::new("https://files.example", "drafts", key)?;
/// let store = Memory::new();
/// let capabilities = store.capabilities().with(OperationKind::Sign).with_bounded_links(true);
/// let cloud = Cloud::builder("drafts", store)
///     .capabilities(capabilities)
///     .layer(SignLinksLayer::new(signer.clone()))
///     .build();
/// let object = cloud.insert(("a.txt", "content")).await?;
/// let link = cloud.url(&object, Duration::from_secs(60)).await?;
/// assert!(link.expose().starts_with("https://files.example/__buckets__/drafts/"));
///
/// let routes: axum::Router = Links::new(cloud, signer).into_router();
/// # let _ = routes;
/// # Ok::<(), buckets::Error>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct SignLinksLayer {
    signer: Arc<Signer>,
}

impl SignLinksLayer {
    /// Signs with `signer`.
    pub fn new(signer: Signer) -> Self {
        Self { signer: Arc::new(signer) }
    }
}

impl<S> Layer<S> for SignLinksLayer {
    type Service = SignLinks<S>;

    fn layer(&self, inner: S) -> SignLinks<S> {
        SignLinks { inner, signer: Arc::clone(&self.signer) }
    }
}

/// A store whose links are signed above it; made by [`SignLinksLayer`].
#[derive(Clone)]
pub struct SignLinks<S> {
    inner: S,
    signer: Arc<Signer>,
}

impl<S> Service<Request> for SignLinks<S>
where
    S: Service<Request, Response = Response, Error: From<Error>>,
{
    type Response = Response;
    type Error = S::Error;
    type Future = SignLinksFuture<S::Future, S::Error>;

    fn poll_ready(&mut self, context: &mut task::Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let inner = match &request.op {
            Op::Sign(op) => Either::Right(ready(answer(&self.signer, op).map_err(S::Error::from))),
            _ => Either::Left(self.inner.call(request)),
        };
        SignLinksFuture { inner }
    }
}

fn answer(signer: &Signer, op: &Sign) -> Result<Response, Error> {
    let link = signer.sign(op).map_err(|error| error.with_operation("sign"))?;
    Ok(Response::new(Reply::Sign(link)))
}

pin_project! {
    /// The future of [`SignLinks`].
    #[must_use = "futures do nothing unless polled"]
    pub struct SignLinksFuture<F, E> {
        #[pin]
        inner: Either<F, Ready<Result<Response, E>>>,
    }
}

impl<F, E> Future for SignLinksFuture<F, E>
where
    F: Future<Output = Result<Response, E>>,
{
    type Output = Result<Response, E>;

    fn poll(self: Pin<&mut Self>, context: &mut task::Context<'_>) -> Poll<Self::Output> {
        self.project().inner.poll(context)
    }
}

impl<F, E> fmt::Debug for SignLinksFuture<F, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignLinksFuture").finish_non_exhaustive()
    }
}

impl<S: fmt::Debug> fmt::Debug for SignLinks<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignLinks").field("inner", &self.inner).field("signer", &self.signer).finish()
    }
}
