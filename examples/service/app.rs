use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use buckets::{Cloud, Error, ErrorKind};
use buckets_tower::axum::{ErrorResponse, Links, metrics};
use tower_http::csrf::CsrfLayer;
use tower_http::timeout::{RequestBodyDeadlineLayer, RequestBodyTimeoutLayer};

use crate::storage::Storage;
use crate::{drain, files, page};

/// How long a client may pause within an upload.
const UPLOAD_PAUSE: Duration = Duration::from_secs(30);
/// How long an upload may take, however steadily it comes.
const UPLOAD_TIME: Duration = Duration::from_secs(60 * 60);

/// What the routes work with.
pub(crate) struct App {
    pub(crate) cloud: Cloud,
    /// The most bytes of one upload request.
    pub(crate) max_upload: u64,
}

/// Every route of the service.
pub(crate) fn router(storage: Storage, max_upload: u64) -> Router {
    let links = Links::new(storage.cloud.clone(), storage.signer).with_max_upload(max_upload);
    let app = Arc::new(App { cloud: storage.cloud, max_upload });
    Router::new()
        .merge(files::router())
        .route("/readyz", get(ready))
        .with_state(app)
        // A page of another origin may not upload or delete in its visitor's name. Links are spared:
        // whoever has one may use it from anywhere.
        .layer(CsrfLayer::new().with_rejection_response(|_| foreign_origin()))
        .route("/healthz", get(async || "ok\n"))
        .route("/metrics", metrics(storage.metrics))
        .merge(page::router())
        .merge(links.into_router())
        .fallback(no_such_page)
        .method_not_allowed_fallback(wrong_method)
        .layer(axum::middleware::from_fn(drain::what_is_left))
        .layer(RequestBodyTimeoutLayer::new(UPLOAD_PAUSE))
        .layer(RequestBodyDeadlineLayer::new(UPLOAD_TIME))
}

/// Whether the store answers, for whoever sends requests this way.
async fn ready(State(app): State<Arc<App>>) -> Result<&'static str, ErrorResponse> {
    match app.cloud.health().await {
        Ok(()) => Ok("ready\n"),
        Err(error) => Err(ErrorResponse::with_status(error, StatusCode::SERVICE_UNAVAILABLE)),
    }
}

fn foreign_origin() -> Response {
    let error = Error::new(ErrorKind::PermissionDenied, "this request comes from the page of another site");
    ErrorResponse::from(error).into_response()
}

async fn no_such_page(uri: Uri) -> ErrorResponse {
    tracing::debug!(path = uri.path(), "no such page");
    Error::new(ErrorKind::NotFound, "there is nothing at this address").into()
}

async fn wrong_method() -> ErrorResponse {
    let error = Error::invalid("this address does not take this method; the header `Allow` has those it takes");
    ErrorResponse::with_status(error, StatusCode::METHOD_NOT_ALLOWED)
}
