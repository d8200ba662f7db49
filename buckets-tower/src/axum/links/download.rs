use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use buckets::adapter::volume::Grant;
use buckets::store::Store;
use buckets::{ByteRange, Cloud, Condition, Error, ErrorKind, ObjectMeta, ReadOptions, Result};

use super::conditions::{Verdict, has_conditions, judge, single_range};
use super::delivery::{describe, harden, validators};
use crate::axum::{ErrorResponse, status_of};

/// Answers a `GET` or `HEAD` that its link allows.
pub(super) async fn answer<S: Store>(
    cloud: &Cloud<S>,
    grant: Grant,
    request: &Parts,
) -> Result<Response, ErrorResponse> {
    let mut range = single_range(&request.headers).filter(|_| request.method == Method::GET);
    let mut options = ReadOptions::new();
    if request.method == Method::HEAD || has_conditions(&request.headers) {
        let meta = cloud.head(&grant.key).await?;
        match judge(&request.headers, &meta) {
            Verdict::NotModified => return Ok(harden((StatusCode::NOT_MODIFIED, validators(&meta)).into_response())),
            Verdict::Failed => {
                let error = Error::new(ErrorKind::PreconditionFailed, "the object is not the one the request is about");
                return Err(error.into());
            }
            Verdict::Whole => range = None,
            Verdict::Proceed => {}
        }
        if request.method == Method::HEAD {
            return Ok(head(&grant, &meta));
        }
        // What was judged is what is delivered, not what took its place in between.
        if let Some(tag) = meta.etag {
            options = options.with_condition(Condition::if_match(tag));
        }
    }
    if let Some(range) = range {
        options = options.with_range(range);
    }
    match cloud.reader_with(&grant.key, options).await {
        Ok(fetched) => Ok(content(&grant, fetched, range)),
        Err(error) if status_of(&error) == StatusCode::RANGE_NOT_SATISFIABLE => {
            let size = cloud.head(&grant.key).await?.size;
            let mut response = ErrorResponse::from(error).into_response();
            response.headers_mut().insert(header::CONTENT_RANGE, ascii(format!("bytes */{size}")));
            Ok(harden(response))
        }
        Err(error) => Err(error.into()),
    }
}

fn head(grant: &Grant, meta: &ObjectMeta) -> Response {
    let mut response = (describe(meta, &grant.constraints), Body::empty()).into_response();
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(meta.size));
    harden(response)
}

fn content(grant: &Grant, fetched: buckets::operation::Fetched, range: Option<ByteRange>) -> Response {
    let mut headers = describe(&fetched.meta, &grant.constraints);
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(fetched.range.end - fetched.range.start));
    let mut status = StatusCode::OK;
    if range.is_some() {
        status = StatusCode::PARTIAL_CONTENT;
        let (first, last) = (fetched.range.start, fetched.range.end.saturating_sub(1));
        headers.insert(header::CONTENT_RANGE, ascii(format!("bytes {first}-{last}/{}", fetched.meta.size)));
    }
    harden((status, headers, Body::new(fetched.body)).into_response())
}

fn ascii(value: String) -> HeaderValue {
    HeaderValue::try_from(value).unwrap_or_else(|_| unreachable!("digits and spaces are a header value"))
}
