//! The SDK's errors as ours.

use std::time::SystemTime;

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ConnectorError, ProvideErrorMetadata, SdkError};
use http::{HeaderMap, HeaderName, HeaderValue};

use super::codes;
use crate::adapter::retry_after;
use crate::error::{BoxError, Error, ErrorKind, chain};
use crate::operation::Condition;

/// The error of a call, without what the service wrote in it: that may name keys and show signatures.
pub(super) fn from_sdk<E>(error: SdkError<E, HttpResponse>) -> Error
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    match error {
        SdkError::ServiceError(answer) => answered(answer.err().code(), answer.raw()),
        SdkError::ResponseError(answer) => {
            let status = answer.raw().status().as_u16();
            match status {
                // Not an error document, but still an error: a proxy's page, an empty body.
                300.. => answered(None, answer.raw()),
                _ => with_answer(not_understood(), answer.raw()),
            }
        }
        SdkError::TimeoutError(_) => Error::new(ErrorKind::Timeout, "the store did not answer in time"),
        SdkError::DispatchFailure(failure) => match failure.as_connector_error() {
            Some(error) => undelivered(error),
            None => Error::new(ErrorKind::Connect, "the store could not be asked"),
        },
        SdkError::ConstructionFailure(_) => {
            Error::invalid("the request could not be made; check region, endpoint and credentials")
        }
        _ => Error::new(ErrorKind::Other, "the SDK failed"),
    }
}

/// As [`from_sdk`], of an operation whose condition decides what some answers mean.
pub(super) fn from_conditional<E>(error: SdkError<E, HttpResponse>, condition: &Condition) -> Error
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    conditional(from_sdk(error), condition)
}

/// What this answer means to a write with `condition`.
pub(super) fn conditional(error: Error, condition: &Condition) -> Error {
    let kind = match error.kind() {
        ErrorKind::PreconditionFailed if condition.is_if_absent() => ErrorKind::AlreadyExists,
        // Amazon's answer to `If-Match` where there is no object.
        ErrorKind::NotFound if condition.match_tag().is_some() => ErrorKind::PreconditionFailed,
        _ => return error,
    };
    let mut changed = Error::new(kind, codes::sentence(kind));
    if let Some(status) = error.http_status() {
        changed = changed.with_http_status(status);
    }
    match error.request_id() {
        Some(id) => changed.with_request_id(id),
        None => changed,
    }
}

/// An error in a body on its way here.
pub(super) fn from_body(error: BoxError) -> Error {
    // The SDK's own error for a stalled stream is not one of its API, so its words have to do.
    if chain(&*error).any(|link| link.to_string().contains("minimum throughput")) {
        return Error::new(ErrorKind::Timeout, "the store stopped sending the content");
    }
    Error::new(ErrorKind::Interrupted, "the content broke off").with_source(error)
}

pub(super) fn not_understood() -> Error {
    Error::new(ErrorKind::Protocol, "the store's answer made no sense").with_retryable(true)
}

fn answered(code: Option<&str>, answer: &HttpResponse) -> Error {
    let kind = codes::kind(code, answer.status().as_u16());
    if kind == ErrorKind::Protocol && answer.status().is_success() {
        return with_answer(not_understood(), answer);
    }
    let sentence = codes::sentence(kind);
    // A code is the service's own word, and shown only if it looks like one.
    let error = match code.filter(|code| code.len() <= 64 && code.bytes().all(|byte| byte.is_ascii_alphanumeric())) {
        Some(code) => Error::new(kind, format!("{sentence} (`{code}`)")),
        None => Error::new(kind, sentence),
    };
    let error = with_answer(error, answer);
    // What is sent next is signed by the clock of whoever answered this: the SDK keeps to it.
    if code == Some("RequestTimeTooSkewed") { error.with_retryable(true) } else { error }
}

fn with_answer(error: Error, answer: &HttpResponse) -> Error {
    let mut error = error.with_http_status(answer.status().as_u16());
    if let Some(id) = answer.headers().get("x-amz-request-id").filter(|id| id.len() <= 128) {
        error = error.with_request_id(id);
    }
    match retry_after(&headers(answer), SystemTime::now()) {
        Some(wait) => error.with_retry_after(wait),
        None => error,
    }
}

/// The headers that say how long to wait, as `http` has them.
fn headers(answer: &HttpResponse) -> HeaderMap {
    const WAITS: [HeaderName; 2] = [http::header::RETRY_AFTER, HeaderName::from_static("x-amz-retry-after")];
    WAITS
        .into_iter()
        .filter_map(|name| Some((name.clone(), HeaderValue::from_str(answer.headers().get(name.as_str())?).ok()?)))
        .collect()
}

fn undelivered(error: &ConnectorError) -> Error {
    let causes = || chain(error).filter_map(|link| link.downcast_ref::<std::io::Error>());
    let refused = causes().any(|error| error.kind() == std::io::ErrorKind::ConnectionRefused);
    let (kind, message) = if chain(error).any(|link| link.to_string().contains("credential")) {
        // Nor is the type of this one.
        (ErrorKind::Unauthenticated, "no credentials were found, or they could not be renewed")
    } else if error.is_timeout() {
        (ErrorKind::Timeout, "the store did not answer in time")
    } else if is_tls(error) {
        (ErrorKind::Tls, "the connection to the store could not be secured")
    } else if refused || chain(error).any(|link| link.to_string().contains("tcp connect")) {
        (ErrorKind::Connect, "the store could not be reached")
    } else if error.is_user() {
        (ErrorKind::InvalidInput, "the request could not be sent; check the endpoint")
    } else {
        (ErrorKind::Interrupted, "the connection to the store broke off")
    };
    let cause = chain(error).last().map(ToString::to_string).unwrap_or_default();
    Error::new(kind, message).with_source(cause)
}

fn is_tls(error: &ConnectorError) -> bool {
    // The type is not one of the SDK's API, so its words have to do.
    chain(error).any(|link| {
        let text = link.to_string();
        text.contains("certificate") || text.contains("TLS") || text.contains("received corrupt message")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "aws-config")]
    #[tokio::test]
    async fn missing_credentials_are_no_broken_connection() {
        use aws_config::profile::ProfileFileCredentialsProvider;
        use aws_sdk_s3::Client;
        use aws_sdk_s3::config::{BehaviorVersion, Builder, Region};

        use crate::adapter::{Adapter, S3};

        let nobody =
            ProfileFileCredentialsProvider::builder().profile_name("nobody-has-a-profile-of-this-name").build();
        let config = Builder::new().behavior_version(BehaviorVersion::v2026_01_12()).region(Region::new("us-east-1"));
        let client = Client::from_conf(config.endpoint_url("http://127.0.0.1:9").credentials_provider(nobody).build());
        let s3 = S3::builder("bucket").build_from_client(&client).expect("valid");
        let head = crate::operation::Head::new(crate::Key::new("a").expect("valid"));
        let error = s3.head(head).await.expect_err("nobody asks");
        assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Unauthenticated, false), "{error:?}");
    }

    #[test]
    fn an_answer_to_a_condition_is_told_from_others() {
        let kind = |kind, condition: &Condition| conditional(Error::new(kind, "refused"), condition).kind();
        let tag = Condition::if_match(crate::operation::ETag::new("a").expect("valid"));
        assert_eq!(kind(ErrorKind::PreconditionFailed, &Condition::if_absent()), ErrorKind::AlreadyExists);
        assert_eq!(kind(ErrorKind::PreconditionFailed, &tag), ErrorKind::PreconditionFailed);
        assert_eq!(kind(ErrorKind::NotFound, &tag), ErrorKind::PreconditionFailed);
        assert_eq!(kind(ErrorKind::NotFound, &Condition::none()), ErrorKind::NotFound);
        assert_eq!(kind(ErrorKind::Unavailable, &tag), ErrorKind::Unavailable);
    }
}
