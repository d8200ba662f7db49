use std::time::{SystemTime, UNIX_EPOCH};

use axum::http::{HeaderMap, HeaderName, header};
use buckets::{ByteRange, ETag, ObjectMeta};

/// What a request's conditions say of the object as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Answer as asked.
    Proceed,
    /// Answer as if no range had been asked for.
    Whole,
    /// The client has it already.
    NotModified,
    /// The client wanted another one.
    Failed,
}

/// Whether the request has any condition.
pub(super) fn has_conditions(headers: &HeaderMap) -> bool {
    const CONDITIONS: [HeaderName; 5] = [
        header::IF_MATCH,
        header::IF_NONE_MATCH,
        header::IF_MODIFIED_SINCE,
        header::IF_UNMODIFIED_SINCE,
        header::IF_RANGE,
    ];
    CONDITIONS.iter().any(|name| headers.contains_key(name))
}

/// Judges the conditions of a `GET` or `HEAD` in the order of RFC 9110, section 13.2.2.
pub(super) fn judge(headers: &HeaderMap, meta: &ObjectMeta) -> Verdict {
    let tag = meta.etag.as_ref();
    let modified = meta.last_modified.map(whole_seconds);
    if headers.contains_key(header::IF_MATCH) {
        if !names(headers, header::IF_MATCH, tag, Comparison::Strong) {
            return Verdict::Failed;
        }
    } else if let (Some(since), Some(modified)) = (date(headers, header::IF_UNMODIFIED_SINCE), modified)
        && modified > since
    {
        return Verdict::Failed;
    }
    if headers.contains_key(header::IF_NONE_MATCH) {
        if names(headers, header::IF_NONE_MATCH, tag, Comparison::Weak) {
            return Verdict::NotModified;
        }
    } else if let (Some(since), Some(modified)) = (date(headers, header::IF_MODIFIED_SINCE), modified)
        && modified <= since
    {
        return Verdict::NotModified;
    }
    if headers.contains_key(header::IF_RANGE) && !range_still_fits(headers, tag) {
        return Verdict::Whole;
    }
    Verdict::Proceed
}

/// The one range that the request asks for.
///
/// [`None`] where there is none, or several, or one that is not understood: RFC 9110, section 14.2,
/// lets a server ignore them, and answering many ranges at once only serves those who want to
/// keep it busy.
pub(super) fn single_range(headers: &HeaderMap) -> Option<ByteRange> {
    let mut values = headers.get_all(header::RANGE).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    let (first, last) = value.to_str().ok()?.strip_prefix("bytes=")?.split_once('-')?;
    match (first, last) {
        ("", len) => Some(ByteRange::suffix(offset(len)?)),
        (first, "") => Some(ByteRange::from(offset(first)?)),
        (first, last) => {
            let (first, last) = (offset(first)?, offset(last)?);
            (first <= last).then_some(ByteRange::from_to(first, last))
        }
    }
}

/// Digits and nothing else, unlike what `str::parse` takes.
fn offset(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

/// A date in `If-Range` is taken for another object: two versions may be of the same second.
fn range_still_fits(headers: &HeaderMap, tag: Option<&ETag>) -> bool {
    names(headers, header::IF_RANGE, tag, Comparison::Strong)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Strong,
    Weak,
}

/// Whether a header names the object's tag, or is `*`.
fn names(headers: &HeaderMap, name: HeaderName, tag: Option<&ETag>, comparison: Comparison) -> bool {
    headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).any(|value| {
        value.trim() == "*"
            || tags(value).any(|(is_weak, found)| {
                !(is_weak && comparison == Comparison::Strong) && tag.is_some_and(|tag| tag.as_str() == found)
            })
    })
}

/// The entity tags in a list, without quotes, each with whether it is weak; ends at what is none.
fn tags(list: &str) -> impl Iterator<Item = (bool, &str)> {
    let mut rest = list;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        let strong = rest.strip_prefix("W/");
        let (tag, behind) = strong.unwrap_or(rest).strip_prefix('"')?.split_once('"')?;
        rest = behind;
        Some((strong.is_some(), tag))
    })
}

fn date(headers: &HeaderMap, name: HeaderName) -> Option<SystemTime> {
    httpdate::parse_http_date(headers.get(name)?.to_str().ok()?).ok()
}

/// HTTP dates have no fractions of a second.
fn whole_seconds(time: SystemTime) -> SystemTime {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => UNIX_EPOCH + std::time::Duration::from_secs(since.as_secs()),
        Err(_) => UNIX_EPOCH,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use buckets::Key;

    use super::*;

    fn request(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().expect("a header value"))])
    }

    #[test]
    fn conditions_of_rfc_9110() {
        let mut meta = ObjectMeta::new(Key::new("a").expect("valid"), 3);
        meta.etag = ETag::new("one").ok();
        meta.last_modified = Some(UNIX_EPOCH + Duration::from_millis(1_000_000_000_999));
        let (same, earlier) = ("Sun, 09 Sep 2001 01:46:40 GMT", "Sun, 09 Sep 2001 01:46:39 GMT");
        for (name, value, expected) in [
            (header::IF_NONE_MATCH, "\"one\"", Verdict::NotModified),
            (header::IF_NONE_MATCH, "W/\"one\"", Verdict::NotModified),
            (header::IF_NONE_MATCH, "\"a,b\" , \"one\"", Verdict::NotModified),
            (header::IF_NONE_MATCH, "*", Verdict::NotModified),
            (header::IF_NONE_MATCH, "\"two\"", Verdict::Proceed),
            (header::IF_NONE_MATCH, "one", Verdict::Proceed),
            (header::IF_MATCH, "\"one\"", Verdict::Proceed),
            (header::IF_MATCH, "*", Verdict::Proceed),
            (header::IF_MATCH, "W/\"one\"", Verdict::Failed),
            (header::IF_MATCH, "\"two\"", Verdict::Failed),
            (header::IF_MODIFIED_SINCE, same, Verdict::NotModified),
            (header::IF_MODIFIED_SINCE, earlier, Verdict::Proceed),
            (header::IF_MODIFIED_SINCE, "yesterday", Verdict::Proceed),
            (header::IF_UNMODIFIED_SINCE, same, Verdict::Proceed),
            (header::IF_UNMODIFIED_SINCE, earlier, Verdict::Failed),
            (header::IF_RANGE, "\"one\"", Verdict::Proceed),
            (header::IF_RANGE, "W/\"one\"", Verdict::Whole),
            (header::IF_RANGE, same, Verdict::Whole),
        ] {
            assert_eq!(judge(&request(name.clone(), value), &meta), expected, "{name}: {value}");
        }
    }

    #[test]
    fn a_tag_comes_before_a_date() {
        let mut meta = ObjectMeta::new(Key::new("a").expect("valid"), 3);
        meta.etag = ETag::new("one").ok();
        meta.last_modified = Some(UNIX_EPOCH);
        let mut headers = request(header::IF_NONE_MATCH, "\"two\"");
        headers.insert(header::IF_MODIFIED_SINCE, "Sun, 09 Sep 2001 01:46:40 GMT".parse().expect("a value"));
        assert_eq!(judge(&headers, &meta), Verdict::Proceed);
    }

    #[test]
    fn only_one_range_is_taken() {
        let range = |value| single_range(&request(header::RANGE, value));
        assert_eq!(range("bytes=0-0"), Some(ByteRange::from_to(0, 0)));
        assert_eq!(range("bytes=7-"), Some(ByteRange::from(7)));
        assert_eq!(range("bytes=-7"), Some(ByteRange::suffix(7)));
        for ignored in ["bytes=0-1,3-4", "bytes=4-3", "bytes=", "items=0-1", "bytes=a-b", "bytes=99999999999999999999-"]
        {
            assert_eq!(range(ignored), None, "{ignored}");
        }
        let mut twice = request(header::RANGE, "bytes=0-1");
        twice.append(header::RANGE, "bytes=2-3".parse().expect("a value"));
        assert_eq!(single_range(&twice), None);
    }
}
