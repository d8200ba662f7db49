use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use buckets::{Error, ErrorKind};
use serde::Serialize;

/// An error as an HTTP answer: the status of its kind, and
/// `{"error": {"kind": "not_found", "message": "the object does not exist"}}`.
///
/// The message is the error's own sentence, which shows no key, URL, secret or content; its source
/// is left out. A [`retry_after`](Error::retry_after) becomes the `Retry-After` header.
///
/// ```
/// use buckets::adapter::Memory;
/// use buckets::Cloud;
/// use buckets_tower::axum::ErrorResponse;
///
/// async fn size(cloud: Cloud, name: String) -> Result<String, ErrorResponse> {
///     Ok(cloud.head(name).await?.size.to_string())
/// }
/// # let _ = size(Cloud::new("uploads", Memory::new()).boxed(), String::new());
/// ```
#[derive(Debug)]
pub struct ErrorResponse {
    error: Error,
    status: StatusCode,
}

impl ErrorResponse {
    /// The error with another status than [`status_of`] gives it.
    pub fn with_status(error: Error, status: StatusCode) -> Self {
        Self { error, status }
    }

    /// The error.
    pub fn error(&self) -> &Error {
        &self.error
    }

    /// The status it is answered with.
    pub fn status(&self) -> StatusCode {
        self.status
    }
}

impl From<Error> for ErrorResponse {
    fn from(error: Error) -> Self {
        let status = status_of(&error);
        Self { error, status }
    }
}

impl IntoResponse for ErrorResponse {
    fn into_response(self) -> Response {
        let body = Body { error: Details { kind: self.error.kind().as_str(), message: self.error.message() } };
        let mut response = (self.status, Json(body)).into_response();
        if let Some(wait) = self.error.retry_after() {
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

#[derive(Serialize)]
struct Body<'a> {
    error: Details<'a>,
}

#[derive(Serialize)]
struct Details<'a> {
    kind: &'a str,
    message: &'a str,
}

/// The HTTP status that tells a client of this error: 4xx where the client can do something about
/// it, 5xx where the service or its store failed.
pub fn status_of(error: &Error) -> StatusCode {
    match error.kind() {
        ErrorKind::NotFound => StatusCode::NOT_FOUND,
        ErrorKind::AlreadyExists => StatusCode::CONFLICT,
        ErrorKind::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
        ErrorKind::InvalidInput if error.http_status() == Some(416) => StatusCode::RANGE_NOT_SATISFIABLE,
        ErrorKind::InvalidInput | ErrorKind::Interrupted => StatusCode::BAD_REQUEST,
        ErrorKind::Unsupported => StatusCode::NOT_IMPLEMENTED,
        // 401 would promise a scheme to authenticate with.
        ErrorKind::Unauthenticated | ErrorKind::PermissionDenied => StatusCode::FORBIDDEN,
        ErrorKind::Throttled => StatusCode::TOO_MANY_REQUESTS,
        ErrorKind::QuotaExceeded => StatusCode::INSUFFICIENT_STORAGE,
        ErrorKind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorKind::ChecksumMismatch => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorKind::Timeout => StatusCode::GATEWAY_TIMEOUT,
        ErrorKind::Connect | ErrorKind::Tls | ErrorKind::Protocol => StatusCode::BAD_GATEWAY,
        ErrorKind::Unavailable | ErrorKind::Overloaded => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http_body_util::BodyExt;

    use super::*;

    #[tokio::test]
    async fn an_error_is_told_without_its_source() {
        let error = Error::new(ErrorKind::Throttled, "slow down")
            .with_source("https://store.example/?signature=abc")
            .with_retry_after(Duration::from_millis(1500));
        let response = ErrorResponse::from(error).into_response();
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(response.headers()[header::RETRY_AFTER], "2");
        let body = response.into_body().collect().await.expect("a body").to_bytes();
        assert_eq!(body, r#"{"error":{"kind":"throttled","message":"slow down"}}"#);
    }

    #[test]
    fn a_client_can_do_nothing_about_a_failing_store() {
        for &kind in ErrorKind::ALL {
            let status = status_of(&Error::new(kind, "x"));
            let is_ours = matches!(
                kind,
                ErrorKind::Unsupported
                    | ErrorKind::QuotaExceeded
                    | ErrorKind::Timeout
                    | ErrorKind::Connect
                    | ErrorKind::Tls
                    | ErrorKind::Unavailable
                    | ErrorKind::Protocol
                    | ErrorKind::Io
                    | ErrorKind::Overloaded
                    | ErrorKind::Cancelled
                    | ErrorKind::Panic
                    | ErrorKind::Other
            );
            assert_eq!(status.is_server_error(), is_ours, "{kind}: {status}");
            assert_eq!(status.is_client_error(), !is_ours, "{kind}: {status}");
        }
    }
}
