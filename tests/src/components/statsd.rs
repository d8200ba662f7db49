//! The original StatsD server.

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::process::Command;

use serde_json::json;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::packages::unpacked;
use super::process::{Process, installed};

/// A running server, which keeps what it gets and passes nothing on.
#[derive(Debug)]
pub struct StatsDServer {
    server: Process,
    port: u16,
    management: u16,
    _folder: TempDir,
}

impl StatsDServer {
    /// Starts a server and waits until it takes metrics.
    ///
    /// # Panics
    ///
    /// When it is not installed or does not become ready.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let config = folder.path().join("config.js");
        // It cannot be asked which ports it was given, so it is told two that were free a moment ago.
        let free = |address: std::io::Result<SocketAddr>| address.expect("a port of our own").port();
        let (udp, tcp) = (UdpSocket::bind("127.0.0.1:0"), TcpListener::bind("127.0.0.1:0"));
        let port = free(udp.and_then(|socket| socket.local_addr()));
        let management = free(tcp.and_then(|socket| socket.local_addr()));
        let settings = json!({
            "address": "127.0.0.1", "port": port,
            "mgmt_address": "127.0.0.1", "mgmt_port": management,
            // It forgets counts when it flushes, so it never does.
            "flushInterval": 3_600_000, "backends": ["./backends/console"],
        });
        std::fs::write(&config, settings.to_string()).expect("a file in a new folder");
        let package = unpacked("statsd").join("node_modules/statsd");
        let mut command = Command::new(installed("node", "nodejs"));
        let server = Process::start(command.arg("stats.js").arg(&config).current_dir(package));
        let mut this = Self { server, port, management, _folder: folder };
        this.server
            .until("being up", async |_| {
                let health = ask(management, "health").await.map_err(|error| error.to_string())?;
                health.contains("up").then_some(()).ok_or(health)
            })
            .await;
        this
    }

    /// Where it takes metrics.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.port))
    }

    /// What it has counted, once `is_all` of it is there.
    ///
    /// # Panics
    ///
    /// When it is not all there in the end.
    pub async fn counters(&mut self, is_all: impl Fn(&BTreeMap<String, f64>) -> bool) -> BTreeMap<String, f64> {
        let management = self.management;
        self.server
            .until("counting", async |_| {
                let counters = numbers(&ask(management, "counters").await.map_err(|error| error.to_string())?);
                is_all(&counters).then_some(counters.clone()).ok_or_else(|| format!("{counters:?}"))
            })
            .await
    }

    /// The gauges as they stand.
    ///
    /// # Panics
    ///
    /// When it does not answer.
    pub async fn gauges(&self) -> BTreeMap<String, f64> {
        numbers(&ask(self.management, "gauges").await.expect("an answer"))
    }

    /// The times it was told, in milliseconds.
    ///
    /// # Panics
    ///
    /// When it does not answer.
    pub async fn timers(&self) -> BTreeMap<String, Vec<f64>> {
        let text = ask(self.management, "timers").await.expect("an answer");
        entries(&text).map(|(name, values)| (name.to_owned(), values.split(',').filter_map(number).collect())).collect()
    }
}

/// Asks the management port one thing.
async fn ask(port: u16, command: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.write_all(format!("{command}\n").as_bytes()).await?;
    let mut answer = String::new();
    let mut buffer = [0; 4096];
    while !(answer.ends_with("END\n\n") || answer.starts_with("health")) {
        match stream.read(&mut buffer).await? {
            0 => break,
            read => answer.push_str(&String::from_utf8_lossy(&buffer[..read])),
        }
    }
    Ok(answer)
}

/// What JavaScript prints of an object with numbers: `{ 'a.b;c=d': 3 }`.
fn numbers(text: &str) -> BTreeMap<String, f64> {
    entries(text).filter_map(|(name, value)| Some((name.to_owned(), number(value)?))).collect()
}

/// Each quoted name and what follows it up to the next one.
fn entries(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut parts = text.split('\'').skip(1);
    std::iter::from_fn(move || Some((parts.next()?, parts.next()?)))
}

fn number(text: &str) -> Option<f64> {
    text.trim_matches(|c: char| !c.is_ascii_digit() && c != '-').parse().ok()
}
