use std::fmt;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::SignedMethod;

/// A link that does one thing to one object for a while, and what belongs to the request that follows it.
///
/// Its query and its fields are a credential: `Debug` and `Display` show only scheme, host and that there is more.
/// Serialising does give the whole, because handing it to a client is what it is for.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedUrl {
    url: String,
    method: SignedMethod,
    expires_at: SystemTime,
    headers: Vec<(String, String)>,
    fields: Vec<(String, String)>,
}

impl SignedUrl {
    /// A link made by an adapter.
    pub fn new(url: String, method: SignedMethod, expires_at: SystemTime) -> Self {
        Self { url, method, expires_at, headers: Vec::new(), fields: Vec::new() }
    }

    /// Adds headers that the request must have, but for `host` and `content-length`, which every client sends.
    #[must_use]
    pub fn with_headers(mut self, headers: impl IntoIterator<Item = (String, String)>) -> Self {
        let sent_anyway = |name: &str| ["host", "content-length"].iter().any(|known| name.eq_ignore_ascii_case(known));
        self.headers.extend(headers.into_iter().filter(|(name, _)| !sent_anyway(name)));
        self
    }

    /// Adds fields that the request's form must have.
    #[must_use]
    pub fn with_fields(mut self, fields: impl IntoIterator<Item = (String, String)>) -> Self {
        self.fields.extend(fields);
        self
    }

    /// The link itself, to be handed to whoever may use it; keep it out of logs.
    pub fn expose(&self) -> &str {
        &self.url
    }

    /// The link itself, by value.
    pub fn into_exposed(self) -> String {
        self.url
    }

    /// What the link is good for.
    pub fn method(&self) -> SignedMethod {
        self.method
    }

    /// The headers that the request must have, beside those that every client sends.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The fields that the form of a [`Post`](SignedMethod::Post) must have, in this order and in front of the content, to be
    /// handed to whoever may use it; keep them out of logs. A link for another method has none.
    pub fn expose_fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// When it stops being good.
    pub fn expires_at(&self) -> SystemTime {
        self.expires_at
    }

    fn origin(&self) -> &str {
        let host = self.url.find("://").map_or(0, |scheme| scheme + 3);
        let end = self.url[host..].find(['/', '?', '#']).map_or(self.url.len(), |end| host + end);
        &self.url[..end]
    }
}

impl fmt::Display for SignedUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/…", self.origin())
    }
}

impl fmt::Debug for SignedUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedUrl")
            .field("url", &format_args!("{self}"))
            .field("method", &self.method)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_does_not_show_itself() {
        let url = "https://files.example/secret/path?sig=abc".to_owned();
        let field = ("policy".to_owned(), "secret".to_owned());
        let link = SignedUrl::new(url.clone(), SignedMethod::Get, SystemTime::UNIX_EPOCH).with_fields([field]);
        assert_eq!(link.to_string(), "https://files.example/…");
        assert!(!format!("{link:?}").contains("secret"));
        assert_eq!(link.expose(), url);
    }

    #[test]
    fn a_browser_gets_all_that_it_sends_and_nothing_it_may_not_set() {
        let header = |name: &str| (name.to_owned(), "5".to_owned());
        let headers = ["Host", "x-amz-checksum-crc32c", "content-length"].map(header);
        let link = SignedUrl::new("https://a.example/b".to_owned(), SignedMethod::Put, SystemTime::UNIX_EPOCH)
            .with_headers(headers);
        let sent = serde_json::to_value(&link).expect("JSON");
        assert_eq!((&sent["url"], &sent["method"]), (&"https://a.example/b".into(), &"PUT".into()));
        assert_eq!(sent["headers"], serde_json::json!([["x-amz-checksum-crc32c", "5"]]));
        assert_eq!(serde_json::from_value::<SignedUrl>(sent).expect("a link"), link);
    }
}
