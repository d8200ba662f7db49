use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use buckets::adapter::volume::Grant;
use buckets::body::PutBody;
use buckets::store::Store;
use buckets::{Attributes, Condition, ETag, Error, ErrorKind, InsertOptions, Result, Upload};

use super::Links;
use super::delivery::harden;
use crate::axum::{ErrorResponse, limited};

/// Answers a `PUT` that its link allows.
pub(super) async fn answer<S: Store>(
    links: &Links<S>,
    grant: Grant,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, ErrorResponse> {
    let attributes = attributes(headers, grant.constraints.content_type.as_deref())?;
    let limit =
        [grant.constraints.size, grant.constraints.max_size].into_iter().flatten().fold(links.max_upload, u64::min);
    let mut content = limited(body, limit);
    if let Some(size) = grant.constraints.size {
        content = of_size(content, size)?;
    }
    let upload = Upload::from_body(grant.key.filename(), content).with_attributes(attributes);
    let mut options = InsertOptions::new().at(grant.key).with_condition(condition(headers)?);
    options.checksum = grant.constraints.checksum;
    let object = links.cloud.insert_with(upload, options).await?;

    let mut response = StatusCode::OK.into_response();
    if let Some(tag) = object.etag().and_then(|tag| HeaderValue::try_from(tag.to_header()).ok()) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    Ok(harden(response))
}

/// The content, which must have the size that the link was signed for: refused at once where the client tells another.
fn of_size(content: PutBody, size: u64) -> Result<PutBody> {
    match content.remaining() {
        Some(told) if told < size => Err(Error::invalid("send content of the size that the link was made for")),
        _ => Ok(content.with_exact_len(size)),
    }
}

/// The content type, which must be the one the link was signed for, if it was for one.
fn attributes(headers: &HeaderMap, signed: Option<&str>) -> Result<Attributes, ErrorResponse> {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if signed.is_some() && given != signed {
        let error = Error::invalid("send the content type that the link was made for");
        return Err(ErrorResponse::with_status(error, StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }
    match given {
        Some(given) => Ok(Attributes::new().with_content_type(given)?),
        None => Ok(Attributes::new()),
    }
}

fn condition(headers: &HeaderMap) -> Result<Condition> {
    let value = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or_default().trim());
    match (value(header::IF_MATCH), value(header::IF_NONE_MATCH)) {
        (None, None) => Ok(Condition::none()),
        (Some("*"), None) => Ok(Condition::if_exists()),
        (Some(tag), None) => Ok(Condition::if_match(ETag::new(tag)?)),
        (None, Some("*")) => Ok(Condition::if_absent()),
        (None, Some(tag)) => Ok(Condition::if_none_match(ETag::new(tag)?)),
        (Some(_), Some(_)) => Err(Error::new(ErrorKind::InvalidInput, "send `If-Match` or `If-None-Match`, not both")),
    }
}
