//! Rotel, an OpenTelemetry collector that prints what it gets.

use std::net::TcpListener;
use std::process::Command;

use super::packages::unpacked;
use super::process::Process;

/// A running collector, which passes nothing on.
#[derive(Debug)]
pub struct Rotel {
    process: Process,
    grpc: String,
}

impl Rotel {
    /// Starts a collector and waits until it takes spans and metrics.
    ///
    /// # Panics
    ///
    /// When it is not installed or does not become ready.
    pub async fn start() -> Self {
        // It cannot be asked which ports it was given, so it is told two that were free a moment ago.
        let sockets = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").expect("a port of our own"));
        let [grpc, http] = sockets.map(|socket| socket.local_addr().expect("it is bound").to_string());
        let mut command = Command::new(unpacked("rotel").join("rotel/rotel-agent"));
        command.args(["start", "--exporter", "blackhole", "--batch-timeout", "100ms"]);
        command.args(["--debug-log", "traces", "--debug-log", "metrics", "--debug-log-verbosity", "detailed"]);
        command.args(["--otlp-grpc-endpoint", &grpc, "--otlp-http-endpoint", &http]).env("NO_COLOR", "1");
        let mut process = Process::start(&command);
        process
            .until("listening", async |_| {
                tokio::net::TcpStream::connect(&grpc).await.map(drop).map_err(|error| error.to_string())
            })
            .await;
        Self { process, grpc: format!("http://{grpc}") }
    }

    /// Where it takes OTLP over gRPC.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.grpc
    }

    /// What it has printed, once `is_all` of it is there.
    ///
    /// # Panics
    ///
    /// When it is not all there in the end.
    pub async fn printed(&mut self, is_all: impl Fn(&str) -> bool) -> String {
        self.process
            .until("printing all", async |printed| is_all(printed).then(|| printed.to_owned()).ok_or("not yet".into()))
            .await
    }
}
