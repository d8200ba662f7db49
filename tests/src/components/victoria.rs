//! VictoriaMetrics, which takes metrics by OTLP and answers PromQL.

use std::process::Command;

use reqwest::Client;
use tempfile::TempDir;

use super::packages::unpacked;
use super::process::Process;
use super::prometheus::Api;

/// A running server.
#[derive(Debug)]
pub struct VictoriaMetrics {
    _process: Process,
    api: Api,
    _folder: TempDir,
}

impl VictoriaMetrics {
    /// Starts a server that names metrics as Prometheus does, and waits until it answers.
    ///
    /// # Panics
    ///
    /// When it is not installed or does not become ready.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        // It does not say which port it was given, so it is told one that was free a moment ago.
        let socket = std::net::TcpListener::bind("127.0.0.1:0").expect("a port of our own");
        let address = socket.local_addr().expect("it is bound");
        drop(socket);
        let mut command = Command::new(unpacked("victoria-metrics").join("usr/bin/victoria-metrics"));
        command
            .arg(format!("-storageDataPath={}", folder.path().display()))
            .arg(format!("-httpListenAddr={address}"))
            .arg("-opentelemetry.usePrometheusNaming")
            // Else the last half minute is no answer yet.
            .arg("-search.latencyOffset=0s")
            .arg("-search.disableCache");
        let mut process = Process::start(&command);
        let (client, base) = (Client::new(), format!("http://{address}"));
        process
            .until("being ready", async |_| {
                let answer = client.get(format!("{base}/health")).send().await.map_err(|error| error.to_string())?;
                if answer.status().is_success() { Ok(()) } else { Err(answer.status().to_string()) }
            })
            .await;
        Self { _process: process, api: Api::new(&base), _folder: folder }
    }

    /// Where it takes metrics by OTLP over HTTP.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("{}/opentelemetry/v1/metrics", self.api.base())
    }

    /// Answers PromQL as Prometheus does.
    #[must_use]
    pub fn api(&self) -> &Api {
        &self.api
    }
}
