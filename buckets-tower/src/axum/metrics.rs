use axum::http::{HeaderMap, header};
use axum::routing::{MethodRouter, get};
use buckets::handlers::prometheus::Prometheus;

/// The route of a scrape: the metrics of `handler`, in the format that the client's `Accept` asks for.
///
/// Bind it to an address that only your Prometheus reaches if the names of your clouds are nobody's business.
///
/// ```
/// use axum::Router;
/// use buckets::handlers::prometheus::Prometheus;
///
/// let app: Router = Router::new().route("/metrics", buckets_tower::axum::metrics(Prometheus::new()));
/// ```
pub fn metrics<S: Clone + Send + Sync + 'static>(handler: Prometheus) -> MethodRouter<S> {
    get(async move |headers: HeaderMap| {
        // A client may spread what it accepts over several headers.
        let accepted: Vec<_> = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
        let (content_type, body) = handler.render_for(&accepted.join(","));
        ([(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, "no-store")], body)
    })
}
