//! A real Alertmanager.

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use reqwest::Client;
use tempfile::TempDir;

use super::process::{Process, installed};
use super::promtool::Verdict;

/// The Debian package that brings it.
const PACKAGE: &str = "prometheus-alertmanager";

/// A running Alertmanager.
#[derive(Debug)]
pub struct Alertmanager {
    address: String,
    _process: Process,
    _folder: TempDir,
}

impl Alertmanager {
    /// Starts one with `config`, in YAML, and waits until it is ready.
    ///
    /// # Panics
    ///
    /// When it is not installed or does not become ready.
    pub async fn start(config: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("alertmanager.yml");
        std::fs::write(&file, config).expect("a file in a new folder");
        // It does not say which port it was given, so it is told one that was free a moment ago.
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let address = free.expect("a port of our own").to_string();

        let mut command = Command::new(installed("prometheus-alertmanager", PACKAGE));
        command
            .arg(format!("--config.file={}", file.display()))
            .arg(format!("--storage.path={}", folder.path().join("data").display()))
            .arg(format!("--web.listen-address={address}"))
            // Alone: it looks for no others.
            .arg("--cluster.listen-address=");
        let mut process = Process::start(&command);
        let (client, ready) = (Client::new(), format!("http://{address}/-/ready"));
        process
            .until("being ready", async |_| {
                let answer = client.get(&ready).send().await.map_err(|error| error.to_string())?;
                if answer.status().is_success() { Ok(()) } else { Err(answer.status().to_string()) }
            })
            .await;
        Self { address, _process: process, _folder: folder }
    }

    /// Where it takes alerts, such as `127.0.0.1:9093`.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }
}

/// Checks a configuration.
///
/// # Panics
///
/// When `amtool` is not installed or cannot be run.
#[must_use]
pub fn check_config(file: &Path) -> Verdict {
    amtool().arg("check-config").arg(file).output().expect("amtool runs").into()
}

/// The receiver of alerts with these labels, given as `name=value`.
///
/// # Panics
///
/// When `amtool` is not installed or cannot be run.
#[must_use]
pub fn receiver(file: &Path, labels: &[&str]) -> String {
    let mut amtool = amtool();
    amtool.args(["config", "routes", "test"]).arg(format!("--config.file={}", file.display())).args(labels);
    let output = amtool.output().expect("amtool runs");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn amtool() -> Command {
    Command::new(installed("amtool", PACKAGE))
}
