/// Where a store is asked: `server.address` and `server.port` of spans.
///
/// ```
/// use buckets::telemetry::Server;
///
/// let server = Server::of_url("https://s3.example.com/bucket").ok_or("a URL")?;
/// assert_eq!((server.address(), server.port()), ("s3.example.com", 443));
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Server {
    address: Box<str>,
    port: u16,
}

impl Server {
    /// The server with this name, or IP address without brackets, and this port.
    pub fn new(address: impl Into<Box<str>>, port: u16) -> Self {
        Self { address: address.into(), port }
    }

    /// That of an `http` or `https` URL; [`None`] of anything else.
    pub fn of_url(url: &str) -> Option<Self> {
        let url: http::Uri = url.parse().ok()?;
        let usual = match url.scheme_str()? {
            "http" => 80,
            "https" => 443,
            _ => return None,
        };
        let address = url.host()?.trim_start_matches('[').trim_end_matches(']');
        Some(Self::new(address, url.port_u16().unwrap_or(usual)))
    }

    /// Its name or IP address.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Its port.
    pub const fn port(&self) -> u16 {
        self.port
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_have_servers() {
        for (url, address, port) in [
            ("http://localhost", "localhost", 80),
            ("https://user@s3.example:9000/path?query", "s3.example", 9000),
            ("http://[::1]:8333/", "::1", 8333),
        ] {
            assert_eq!(Server::of_url(url), Some(Server::new(address, port)), "{url}");
        }
        for url in ["", "localhost", "/path", "ftp://host", "http://"] {
            assert_eq!(Server::of_url(url), None, "{url}");
        }
    }
}
