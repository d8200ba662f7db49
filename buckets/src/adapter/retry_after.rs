use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::RETRY_AFTER;

/// No service means longer than this; what claims more is taken for a mistake.
const MOST: Duration = Duration::from_secs(24 * 60 * 60);

/// How long a service asked to wait before the next attempt, by the headers of its answer.
///
/// Understands `Retry-After` in seconds or as a date (RFC 9110, section 10.2.3), and the forms of
/// vendors that are more exact and so come first: `retry-after-ms` and `x-ms-retry-after-ms` (Azure) in
/// milliseconds, `x-amz-retry-after` (AWS) likewise. `now` is what a date is compared with. More
/// than a day is not believed.
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use buckets::adapter::retry_after;
/// use http::HeaderMap;
///
/// let mut headers = HeaderMap::new();
/// headers.insert("retry-after", "120".parse()?);
/// assert_eq!(retry_after(&headers, SystemTime::now()), Some(Duration::from_secs(120)));
/// headers.insert("x-amz-retry-after", "1500".parse()?);
/// assert_eq!(retry_after(&headers, SystemTime::now()), Some(Duration::from_millis(1500)));
/// # Ok::<(), http::header::InvalidHeaderValue>(())
/// ```
pub fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    const MILLIS: [&str; 3] = ["x-amz-retry-after", "x-ms-retry-after-ms", "retry-after-ms"];
    let text = |value: &http::HeaderValue| Some(value.to_str().ok()?.trim().to_owned());
    let millis = MILLIS.into_iter().find_map(|name| text(headers.get(name)?)?.parse().ok()).map(Duration::from_millis);
    let wait = millis.or_else(|| {
        let value = text(headers.get(RETRY_AFTER)?)?;
        match value.parse() {
            Ok(seconds) => Some(Duration::from_secs(seconds)),
            // A date that has passed asks for no wait.
            Err(_) => Some(httpdate::parse_http_date(&value).ok()?.duration_since(now).unwrap_or_default()),
        }
    });
    wait.filter(|wait| *wait <= MOST)
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    fn wait(name: &'static str, value: &str) -> Option<Duration> {
        let now = UNIX_EPOCH + Duration::from_secs(784_111_770);
        let headers = HeaderMap::from_iter([(name.parse().expect("a name"), value.parse().expect("a value"))]);
        retry_after(&headers, now)
    }

    #[test]
    fn every_form_is_understood_and_nothing_else() {
        assert_eq!(wait("retry-after", "7"), Some(Duration::from_secs(7)));
        assert_eq!(wait("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT"), Some(Duration::from_secs(7)));
        assert_eq!(wait("retry-after", "Sunday, 06-Nov-94 08:49:30 GMT"), Some(Duration::ZERO), "it has passed");
        for name in ["x-amz-retry-after", "x-ms-retry-after-ms", "retry-after-ms"] {
            assert_eq!(wait(name, "250"), Some(Duration::from_millis(250)), "{name}");
        }
        for odd in ["", "-1", "1.5", "soon", "99999999", "18446744073709551616", "Mon, 06 Nov 2094 08:49:37 GMT"] {
            assert_eq!(wait("retry-after", odd), None, "{odd:?}");
        }
    }
}
