//! The headers with which a stranger's file is delivered.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::Response;
use buckets::ObjectMeta;
use buckets::operation::Constraints;

use crate::axum::{Disposition, content_disposition};

/// Types that a browser may show: it runs nothing in them. Not among them: HTML, SVG, XML, PDF.
const PASSIVE: [&str; 12] = [
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "image/avif",
    "text/plain",
    "video/mp4",
    "video/webm",
    "audio/mpeg",
    "audio/mp4",
    "audio/ogg",
    "audio/wav",
];

/// What every answer below a link has, whatever it answers.
const ALWAYS: [(HeaderName, &str); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-site"),
    (header::REFERRER_POLICY, "no-referrer"),
];

/// Unless the object says otherwise: for the client, and to be asked about again each time.
const CACHE_CONTROL: &str = "private, no-cache";

/// Takes from an answer what a browser could be tricked with.
pub(super) fn harden(mut response: Response) -> Response {
    for (name, value) in ALWAYS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// The headers that a 200 and a 304 of the object have in common.
pub(super) fn validators(meta: &ObjectMeta) -> HeaderMap {
    let mut headers = HeaderMap::new();
    put(&mut headers, header::CACHE_CONTROL, meta.attributes.cache_control().unwrap_or(CACHE_CONTROL));
    if let Some(tag) = &meta.etag {
        put(&mut headers, header::ETAG, &tag.to_header());
    }
    if let Some(modified) = meta.last_modified {
        put(&mut headers, header::LAST_MODIFIED, &httpdate::fmt_http_date(modified));
    }
    headers
}

/// The headers of the object's content, as the link has it or the object.
pub(super) fn describe(meta: &ObjectMeta, signed: &Constraints) -> HeaderMap {
    let content_type = signed.content_type.as_deref().or(meta.attributes.content_type());
    let content_type = content_type.unwrap_or("application/octet-stream");
    let wanted = signed.content_disposition.as_deref().or(meta.attributes.content_disposition());
    let mut headers = validators(meta);
    put(&mut headers, header::CONTENT_TYPE, content_type);
    put(&mut headers, header::CONTENT_DISPOSITION, &disposition(meta, content_type, wanted));
    put(&mut headers, header::ACCEPT_RANGES, "bytes");
    headers
}

/// The disposition wanted; but what is not passive is always saved.
fn disposition(meta: &ObjectMeta, content_type: &str, wanted: Option<&str>) -> String {
    let is_passive = is_passive(content_type);
    let saves = |value: &str| value.trim_start().get(..10).is_some_and(|kind| kind.eq_ignore_ascii_case("attachment"));
    match wanted {
        Some(value) if is_passive || saves(value) => value.to_owned(),
        None if is_passive => content_disposition(Disposition::Inline, meta.key.filename()),
        _ => content_disposition(Disposition::Attachment, meta.key.filename()),
    }
}

fn is_passive(content_type: &str) -> bool {
    let media = content_type.split(';').next().unwrap_or_default().trim();
    PASSIVE.iter().any(|passive| media.eq_ignore_ascii_case(passive))
}

/// Sets a header; attributes are checked to be header values when they are made.
fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use buckets::{Attributes, Key};

    use super::*;

    fn delivered(content_type: &str, wanted: Option<&str>) -> String {
        let mut meta = ObjectMeta::new(Key::new("id/a b.x").expect("valid"), 1);
        let attributes = Attributes::new().with_content_type(content_type).expect("valid");
        meta.attributes = match wanted {
            Some(wanted) => attributes.with_content_disposition(wanted).expect("valid"),
            None => attributes,
        };
        let headers = describe(&meta, &Constraints::default());
        headers[header::CONTENT_DISPOSITION].to_str().expect("ASCII").to_owned()
    }

    #[test]
    fn only_what_is_passive_is_shown() {
        assert_eq!(delivered("image/PNG", None), "inline; filename=\"a b.x\"");
        assert_eq!(delivered("text/plain; charset=utf-8", None), "inline; filename=\"a b.x\"");
        assert_eq!(delivered("image/png", Some("attachment")), "attachment");
        for active in ["text/html", "image/svg+xml", "application/xml", "text/javascript", "application/pdf"] {
            assert_eq!(delivered(active, None), "attachment; filename=\"a b.x\"");
            assert_eq!(delivered(active, Some("inline; filename=\"x\"")), "attachment; filename=\"a b.x\"");
            assert_eq!(delivered(active, Some("Attachment; filename=\"x\"")), "Attachment; filename=\"x\"");
        }
    }
}
