//! What a Prometheus scrapes.

use std::collections::BTreeMap;
use std::net::{SocketAddr, UdpSocket};

use reqwest::Url;
use serde_json::Value;

/// A target as a Prometheus knows it.
#[derive(Clone, Debug, Default)]
pub struct Target {
    /// The labels that it gives to all series of the target, such as `job` and `instance`.
    pub labels: BTreeMap<String, String>,
    /// What it asks.
    pub(super) url: String,
    /// Why the last scrape failed; empty if it did not.
    last_error: String,
}

impl Target {
    /// Matchers of the target's series, and of no others, as they stand in braces.
    #[must_use]
    pub fn selector(&self) -> String {
        let matchers: Vec<_> = self.labels.iter().map(|(label, value)| format!("{label}={value:?}")).collect();
        matchers.join(",")
    }

    /// All targets of a job.
    pub(super) fn of_job(job: &str) -> Self {
        Self { labels: [("job".to_owned(), job.to_owned())].into(), ..Self::default() }
    }

    pub(super) fn has_labels_of(&self, other: &Self) -> bool {
        other.labels.iter().all(|(label, value)| self.labels.get(label) == Some(value))
    }

    /// How the last scrape went.
    pub(super) fn state(&self) -> String {
        let state = if self.last_error.is_empty() { "no scrape failed yet" } else { &self.last_error };
        format!("{}: {state}", self.url)
    }

    /// Reads an active target in the answer of `/api/v1/targets`.
    pub(super) fn read(json: &Value) -> Option<Self> {
        let labels = json["labels"].as_object()?.iter();
        let labels = labels.map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())));
        Some(Self {
            labels: labels.collect::<Option<_>>()?,
            url: json["scrapeUrl"].as_str()?.to_owned(),
            last_error: json["lastError"].as_str().unwrap_or_default().to_owned(),
        })
    }

    /// Whether what listens at `address` is asked: also by a name of it, and by any address of this machine if
    /// it listens at all of them.
    pub(super) fn is_at(&self, address: SocketAddr) -> bool {
        let asked = Url::parse(&self.url).ok().and_then(|url| url.socket_addrs(|| None).ok()).unwrap_or_default();
        let is_ours = |asked: &SocketAddr| {
            asked.ip() == address.ip() || address.ip().is_unspecified() && is_of_this_machine(asked)
        };
        asked.iter().any(|asked| asked.port() == address.port() && is_ours(asked))
    }
}

fn is_of_this_machine(address: &SocketAddr) -> bool {
    UdpSocket::bind((address.ip(), 0)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_many_names() {
        let target = |url: &str| Target { url: url.to_owned(), ..Target::default() };
        let is_at = |url: &str, address: &str| target(url).is_at(address.parse().expect("an address"));
        assert!(is_at("http://127.0.0.1:3000/metrics", "127.0.0.1:3000"));
        assert!(is_at("http://localhost:3000/metrics", "127.0.0.1:3000"));
        assert!(is_at("http://127.0.0.1:3000/metrics", "0.0.0.0:3000"));
        assert!(is_at("https://127.0.0.1/metrics", "127.0.0.1:443"));
        assert!(!is_at("http://127.0.0.1:3001/metrics", "127.0.0.1:3000"));
        // Of documentation (RFC 5737), so no machine has it.
        assert!(!is_at("http://192.0.2.1:3000/metrics", "0.0.0.0:3000"));
        assert!(!is_at("nonsense", "127.0.0.1:3000"));
    }
}
