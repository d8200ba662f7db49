//! `OTelTap`, which takes OTLP over HTTP and prints each span and metric as a line of JSON.

use std::net::TcpListener;
use std::process::Command;

use serde_json::Value;

use super::packages::unpacked;
use super::process::{Process, installed};

/// A running receiver.
#[derive(Debug)]
pub struct OtelTap {
    process: Process,
    endpoint: String,
}

impl OtelTap {
    /// Starts a receiver and waits until it takes spans and metrics.
    ///
    /// # Panics
    ///
    /// When it is not installed or does not become ready.
    pub async fn start() -> Self {
        // It cannot be asked which port it was given, so it is told one that was free a moment ago.
        let socket = TcpListener::bind("127.0.0.1:0").expect("a port of our own");
        let port = socket.local_addr().expect("it is bound").port();
        drop(socket);
        let mut command = Command::new(installed("python3", "python3"));
        command.args(["-m", "oteltap", "--port", &port.to_string()]);
        command.env("PYTHONPATH", unpacked("oteltap")).env("PYTHONUNBUFFERED", "1");
        let mut process = Process::start(&command);
        process
            .until("listening", async |_| {
                tokio::net::TcpStream::connect(("127.0.0.1", port)).await.map(drop).map_err(|error| error.to_string())
            })
            .await;
        Self { process, endpoint: format!("http://127.0.0.1:{port}") }
    }

    /// Where it takes OTLP over HTTP; the paths `/v1/traces` and `/v1/metrics` are below.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// What it was sent, one value per span and metric, once `is_all` of it is there.
    ///
    /// # Panics
    ///
    /// When it is not all there in the end.
    pub async fn received(&mut self, is_all: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        self.process
            .until("receiving all", async |printed| {
                let received: Vec<Value> = printed.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
                if is_all(&received) { Ok(received) } else { Err("not yet".into()) }
            })
            .await
    }
}
