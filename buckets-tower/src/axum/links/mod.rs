//! Serves signed links: those of a volume, or of what is signed above another store.

mod conditions;
mod delivery;
mod download;
mod upload;

use std::fmt;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use buckets::adapter::volume::{Grant, Signer};
use buckets::store::{BoxStore, Store};
use buckets::telemetry::catalogue::names;
use buckets::telemetry::{Outcome, Span};
use buckets::{Cloud, Error, ErrorKind, Result};

/// The methods of links, as `Allow` has them.
const METHODS: &str = "GET, HEAD, PUT";

/// Serves the links that a volume or a [`SignLinksLayer`](super::SignLinksLayer) signs, below `/__buckets__/<alias>/`.
///
/// A link is checked, and what it allows is then done through the [`Cloud`], so that layers,
/// events and metrics see it. Each check is an operation `buckets.cloud.link` of its own: expired,
/// altered and misused links are its errors, and [expected](Outcome::Expected) ones.
///
/// **Downloads** (`GET`, `HEAD`) answer conditional requests and requests for one range
/// (RFC 9110); several ranges at once get the whole object. The content is a *stranger's file*, so
/// it is saved rather than shown unless its type is known to be passive, it never runs scripts, and
/// its type is never guessed.
///
/// **Uploads** (`PUT`) take a body of the signed content type and up to the signed size, streaming,
/// and answer 200 with the new `ETag`. `If-None-Match: *` and `If-Match` are obeyed.
///
/// A link that is not good for the request gets 403 and always the same body.
///
/// There is no limit on time here: put a timeout for idle bodies and for headers around the server.
pub struct Links<S = BoxStore> {
    cloud: Cloud<S>,
    signer: Signer,
    max_upload: u64,
}

impl<S: Store> Links<S> {
    /// The most bytes of an upload whose link has no limit of its own: 1 GiB.
    pub const DEFAULT_MAX_UPLOAD: u64 = 1 << 30;

    /// The links that `signer` signs for the objects of `cloud`.
    pub fn new(cloud: Cloud<S>, signer: Signer) -> Self {
        Self { cloud, signer, max_upload: Self::DEFAULT_MAX_UPLOAD }
    }

    /// Sets the most bytes of an upload; a link may allow less, never more.
    #[must_use]
    pub fn with_max_upload(mut self, bytes: u64) -> Self {
        self.max_upload = bytes;
        self
    }

    /// The routes, to be merged into an application's router.
    pub fn into_router<T: Clone + Send + Sync + 'static>(self) -> Router<T> {
        let path = format!("{}{{*key}}", self.signer.path_prefix());
        Router::new().route(&path, any(serve::<S>)).with_state(Arc::new(self))
    }

    /// What the request's link allows, if it is good for the request.
    fn check(&self, method: &Method, uri: &Uri) -> Result<Grant> {
        let scope = self.cloud.scope();
        let span = Span::start(scope, &names::CLOUD_LINK);
        let result = if is_supported(method) {
            self.signer.verify(method.as_str(), uri.path(), uri.query(), scope.dispatcher().system_time())
        } else {
            Err(Error::new(ErrorKind::Unsupported, "a link is good for GET, HEAD or PUT only"))
        };
        match &result {
            Ok(_) => span.succeed(),
            // Whoever made the request is at fault, and nothing here failed: it did what it is for.
            Err(error) => span.end(Outcome::Expected(error.kind()), Some(error)),
        }
        result
    }
}

async fn serve<S: Store>(State(links): State<Arc<Links<S>>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let answer = match links.check(&head.method, &head.uri) {
        Err(_) if !is_supported(&head.method) => return wrong_method(),
        // Always the same: nothing tells an altered from an expired link.
        Err(error) => Err(error.into()),
        Ok(grant) if head.method == Method::PUT => upload::answer(&links, grant, &head.headers, body).await,
        Ok(grant) => download::answer(&links.cloud, grant, &head).await,
    };
    answer.unwrap_or_else(|error| delivery::harden(error.into_response()))
}

fn is_supported(method: &Method) -> bool {
    [Method::GET, Method::HEAD, Method::PUT].contains(method)
}

fn wrong_method() -> Response {
    let mut response = (StatusCode::METHOD_NOT_ALLOWED, Body::empty()).into_response();
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(METHODS));
    delivery::harden(response)
}

impl<S> fmt::Debug for Links<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Links")
            .field("cloud", &self.cloud)
            .field("max_upload", &self.max_upload)
            .finish_non_exhaustive()
    }
}
