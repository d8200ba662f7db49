use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use buckets::{Cloud, Error, ErrorKind};
use buckets_tower::axum::{ErrorResponse, Links, metrics};
use tower_http::csrf::CsrfLayer;
use tower_http::timeout::{RequestBodyDeadlineLayer, RequestBodyTimeoutLayer};

use crate::known_host::KnownHost;
use crate::storage::Storage;
use crate::{drain, files, known_host, page};

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

/// Every route of the service, which clients reach at `base_url`.
pub(crate) fn router(storage: Storage, max_upload: u64, base_url: &str) -> Router {
    let links = match storage.place.own_links {
        Some(own) => Links::new(storage.cloud.clone(), own.signer).with_max_upload(max_upload).into_router(),
        None => Router::new(),
    };
    let app = Arc::new(App { cloud: storage.cloud, max_upload });
    let router = Router::new()
        .merge(files::router())
        // A page of another site may not upload, list or delete in its visitor's name. Links are
        // spared: whoever has one may use it from anywhere.
        .layer(CsrfLayer::new().with_rejection_response(|_| foreign_origin()))
        .layer(from_fn_with_state(KnownHost::of(base_url), known_host::only))
        .route("/readyz", get(ready))
        .with_state(app)
        .route("/healthz", get(async || "ok\n"))
        .route("/metrics", metrics(storage.metrics))
        .merge(page::router())
        .merge(links)
        .fallback(nothing_here)
        .method_not_allowed_fallback(wrong_method);
    with_patience(router)
}

/// Bounds the time that a client may take to send a body.
fn with_patience(router: Router) -> Router {
    router
        .layer(from_fn(drain::what_is_left))
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

async fn nothing_here() -> ErrorResponse {
    Error::new(ErrorKind::NotFound, "there is nothing at this address").into()
}

async fn wrong_method() -> ErrorResponse {
    let error = Error::invalid("this address does not take this method; the header `Allow` has those it takes");
    ErrorResponse::with_status(error, StatusCode::METHOD_NOT_ALLOWED)
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, Bytes};
    use axum::extract::Request;
    use axum::routing::post;
    use futures_util::{StreamExt, stream};
    use tokio::time::{Instant, sleep};
    use tower::ServiceExt;

    use super::*;

    // The clock is tokio's own, stopped: it moves on when there is nothing to do but to wait.

    #[tokio::test(start_paused = true)]
    async fn a_client_that_stops_sending_is_let_go() {
        let body = stream::iter([Ok::<_, Error>(Bytes::from("begun"))]).chain(stream::pending());
        assert_eq!(patience_with(Body::from_stream(body)).await, UPLOAD_PAUSE);
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_drips_for_ever_is_let_go() {
        let drips = stream::unfold((), async |()| {
            sleep(UPLOAD_PAUSE / 2).await;
            Some((Ok::<_, Error>(Bytes::from("x")), ()))
        });
        assert_eq!(patience_with(Body::from_stream(drips)).await, UPLOAD_TIME);
    }

    /// How long an upload of this body is borne with.
    async fn patience_with(body: Body) -> Duration {
        let read = async |body: Body| {
            let mut chunks = body.into_data_stream();
            while let Some(Ok(_)) = chunks.next().await {}
        };
        let request = Request::post("/").body(body).expect("a request");
        let begin = Instant::now();
        with_patience(Router::new().route("/", post(read))).oneshot(request).await.expect("an answer");
        begin.elapsed()
    }
}
