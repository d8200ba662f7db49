use std::time::SystemTime;

use bytes::Buf;
use futures_util::StreamExt;
use http::header::AUTHORIZATION;
use http::uri::{Authority, Scheme};
use http::{HeaderValue, Request, Response, StatusCode};
use opendal_core::{Buffer, Error as Theirs, ErrorKind as TheirKind, HttpBody, HttpTransport};
use opendal_http_transport_reqwest::ReqwestTransport;
use serde::Deserialize;

use super::login::GcsLogin;
use crate::adapter::retry_after;
use crate::adapter::token::Tokens;
use crate::bridge::Foreign;
use crate::error::{Error, ErrorKind};

/// How requests go to Google: with a token that is good for a while, and with refusals that say all that the
/// answer said. The library above would cache tokens out of sight, and forget status, wait and request id.
pub(super) struct Transport {
    pub(super) http: ReqwestTransport,
    /// None for who asks as nobody.
    pub(super) tokens: Option<Tokens<GcsLogin>>,
    /// The only server that is shown a token, and how it is reached.
    pub(super) endpoint: (Scheme, Authority),
}

/// A refusal that is longer is not read for its reason.
const MOST_CHUNKS: usize = 16;

impl HttpTransport for Transport {
    async fn fetch(&self, mut request: Request<Buffer>) -> opendal_core::Result<Response<HttpBody>> {
        let (scheme, authority) = &self.endpoint;
        let is_for_endpoint = request.uri().scheme() == Some(scheme) && request.uri().authority() == Some(authority);
        if let Some(tokens) = self.tokens.as_ref().filter(|_| is_for_endpoint) {
            let token = tokens.get().await.map_err(to_theirs)?;
            let value = HeaderValue::try_from(format!("Bearer {token}"));
            let mut value = value.map_err(|_| to_theirs(Error::new(ErrorKind::Protocol, "that token is none")))?;
            value.set_sensitive(true);
            request.headers_mut().insert(AUTHORIZATION, value);
        }
        let answer = self.http.fetch(request).await.map_err(|error| to_theirs(unanswered(error)))?;
        match answer.status() {
            status if status.is_client_error() || status.is_server_error() => Err(to_theirs(refusal(answer).await)),
            _ => Ok(answer),
        }
    }
}

/// One of ours on its way through their library, which asks only for the kind.
fn to_theirs(error: Error) -> Theirs {
    let kind = match error.kind() {
        ErrorKind::NotFound => TheirKind::NotFound,
        ErrorKind::PreconditionFailed => TheirKind::ConditionNotMatch,
        ErrorKind::PermissionDenied => TheirKind::PermissionDenied,
        ErrorKind::Throttled => TheirKind::RateLimited,
        _ => TheirKind::Unexpected,
    };
    Theirs::new(kind, "refused").set_source(error)
}

/// A request without an answer.
fn unanswered(error: Theirs) -> Error {
    let cause = std::error::Error::source(&error).and_then(|source| source.downcast_ref::<reqwest::Error>());
    let (kind, message) = match cause {
        Some(cause) if cause.is_timeout() => (ErrorKind::Timeout, "the store did not answer in time"),
        Some(cause) if cause.is_connect() => (ErrorKind::Connect, "no connection to the store could be made"),
        _ => (ErrorKind::Interrupted, "the connection to the store broke off"),
    };
    Error::new(kind, message).with_source(Foreign::new(error))
}

/// What Google says of a refusal; its text may name objects.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Refusal {
    error: Details,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Details {
    errors: Vec<Detail>,
}

#[derive(Deserialize)]
struct Detail {
    #[serde(default)]
    reason: String,
}

async fn refusal(answer: Response<HttpBody>) -> Error {
    let (parts, body) = answer.into_parts();
    // A refusal that breaks off, or is cut off, is one all the same.
    let text = body.map_inner(|chunks| Box::new(chunks.take(MOST_CHUNKS))).to_buffer().await.unwrap_or_default();
    let refusal: Refusal = serde_json::from_reader(text.reader()).unwrap_or_default();
    let reason = refusal.error.errors.first().map_or("", |detail| &detail.reason);
    let mut error = refused(parts.status, reason).with_http_status(parts.status.as_u16());
    if let Some(wait) = retry_after(&parts.headers, SystemTime::now()) {
        error = error.with_retry_after(wait);
    }
    if let Some(id) = parts.headers.get("x-guploader-uploadid").and_then(|id| id.to_str().ok()) {
        error = error.with_request_id(id);
    }
    error
}

fn refused(status: StatusCode, reason: &str) -> Error {
    let (kind, message) = match (status.as_u16(), reason) {
        (_, "rateLimitExceeded" | "userRateLimitExceeded") | (429, _) => {
            (ErrorKind::Throttled, "the store asks for fewer requests")
        }
        (_, "quotaExceeded") => (ErrorKind::QuotaExceeded, "the project's quota is used up"),
        (401, _) => (ErrorKind::Unauthenticated, "the store does not accept the credentials"),
        (403, _) => (ErrorKind::PermissionDenied, "the credentials do not allow this"),
        (404, _) => return Error::not_found(),
        (408, _) => (ErrorKind::Timeout, "the store gave up waiting for the request"),
        (409, _) => (ErrorKind::Unavailable, "another request to the same object got in the way"),
        (412, _) => (ErrorKind::PreconditionFailed, "the condition does not hold"),
        (413, _) => (ErrorKind::TooLarge, "the content is larger than the store allows"),
        (416, _) => (ErrorKind::InvalidInput, "the byte range lies outside of the object"),
        (400, _) => (ErrorKind::InvalidInput, "the store takes the request for wrong"),
        (501, _) => (ErrorKind::Unsupported, "the store does not support this operation or option"),
        (500..=599, _) => (ErrorKind::Unavailable, "the store cannot answer at the moment"),
        _ => (ErrorKind::Other, "the store refused the request"),
    };
    Error::new(kind, message)
}
