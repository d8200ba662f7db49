//! Answers only to names that are the service's own.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use buckets::Error;
use buckets_tower::axum::ErrorResponse;

/// The name by which links call the service, beside `localhost` and every IP address.
#[derive(Clone)]
pub(crate) struct KnownHost(Option<Arc<str>>);

impl KnownHost {
    /// The host of this URL.
    pub(crate) fn of(base_url: &str) -> Self {
        let url: Option<Uri> = base_url.parse().ok();
        Self(url.and_then(|url| url.host().map(Arc::from)))
    }

    fn is(&self, host: &str) -> bool {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        host.eq_ignore_ascii_case("localhost")
            || bare.parse::<IpAddr>().is_ok()
            || self.0.as_deref().is_some_and(|own| host.eq_ignore_ascii_case(own))
    }
}

/// Refuses requests for another host.
///
/// A page of any site can have its own name point at this machine (DNS rebinding). To a browser its
/// requests are then of one origin, and nothing but the name tells them from those of our page.
pub(crate) async fn only(State(known): State<KnownHost>, request: Request, next: Next) -> Response {
    let named = request.uri().authority().cloned().or_else(|| {
        let host = request.headers().get(header::HOST)?.to_str().ok()?;
        host.parse::<Authority>().ok()
    });
    if named.is_some_and(|authority| known.is(authority.host())) {
        return next.run(request).await;
    }
    let error = Error::invalid("this service has another name; if this is one of its own, set --public-url");
    ErrorResponse::with_status(error, StatusCode::MISDIRECTED_REQUEST).into_response()
}

#[cfg(test)]
mod tests {
    use super::KnownHost;

    #[test]
    fn only_own_names_and_addresses_are_known() {
        let known = KnownHost::of("https://files.example:8443/storage");
        for own in ["localhost", "LOCALHOST", "127.0.0.1", "192.168.1.7", "[::1]", "files.example", "Files.Example"] {
            assert!(known.is(own), "{own}");
        }
        for other in ["", "evil.example", "files.example.evil", "localhost.evil", "127.0.0.1.evil"] {
            assert!(!known.is(other), "{other}");
        }
    }
}
