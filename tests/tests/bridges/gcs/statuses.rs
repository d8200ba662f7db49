//! Refusals: what they are called, and that they say all that Google said.

use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use buckets::ErrorKind;
use buckets::adapter::Adapter;
use buckets::adapter::gcs::{Gcs, GcsCredentials};
use buckets::operation::{Get, Head, Put};
use serde_json::json;

use super::{BUCKET, key};

/// A store that refuses everything.
async fn refusing(status: u16, reason: &'static str) -> Gcs {
    let status = StatusCode::from_u16(status).expect("a status");
    let refuse = move || async move {
        let text = json!({"error": {"code": status.as_u16(), "message": "canary", "errors": [{"reason": reason}]}});
        (status, [("retry-after", "7"), ("x-guploader-uploadid", "request-1")], text.to_string())
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(refuse)).await });
    Gcs::builder(BUCKET).endpoint(endpoint).credentials(GcsCredentials::anonymous()).build().expect("valid")
}

#[tokio::test]
async fn statuses_become_kinds_and_nothing_is_lost() {
    let expected = [
        (400, "invalid", ErrorKind::InvalidInput, false),
        (401, "authError", ErrorKind::Unauthenticated, false),
        (403, "forbidden", ErrorKind::PermissionDenied, false),
        (403, "rateLimitExceeded", ErrorKind::Throttled, true),
        (403, "quotaExceeded", ErrorKind::QuotaExceeded, false),
        (404, "notFound", ErrorKind::NotFound, false),
        (408, "", ErrorKind::Timeout, true),
        (409, "conflict", ErrorKind::Unavailable, true),
        (412, "conditionNotMet", ErrorKind::PreconditionFailed, false),
        (413, "uploadTooLarge", ErrorKind::TooLarge, false),
        (429, "rateLimitExceeded", ErrorKind::Throttled, true),
        (500, "backendError", ErrorKind::Unavailable, true),
        (503, "", ErrorKind::Unavailable, true),
    ];
    for (status, reason, kind, retryable) in expected {
        let gcs = refusing(status, reason).await;
        for error in [
            gcs.put(Put::new(key(), "content")).await.expect_err("refused"),
            gcs.head(Head::new(key())).await.expect_err("refused"),
            gcs.get(Get::new(key())).await.expect_err("refused"),
        ] {
            assert_eq!((error.kind(), error.is_retryable()), (kind, retryable), "{status} {reason}: {error:?}");
            assert_eq!(error.http_status(), Some(status));
            assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
            assert_eq!(error.request_id(), Some("request-1"));
            let source = std::error::Error::source(&error).map(ToString::to_string);
            assert!(!format!("{error} {error:?} {source:?}").contains("canary"), "{error:?}");
        }
    }
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_told_from_one_that_refuses() {
    let builder = Gcs::builder(BUCKET).endpoint("http://127.0.0.1:1").credentials(GcsCredentials::anonymous());
    let error = builder.build().expect("valid").head(Head::new(key())).await.expect_err("nobody there");
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Connect, true));
    let source = std::error::Error::source(&error).map(ToString::to_string);
    assert!(!format!("{error} {error:?} {source:?}").contains("127.0.0.1"), "{error:?}");
}
