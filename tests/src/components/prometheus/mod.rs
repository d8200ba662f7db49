//! A real Prometheus server that scrapes one target.

mod api;
mod target;

use std::net::SocketAddr;
use std::ops::Deref;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

pub use api::{Api, Sample};
use reqwest::Client;
use serde_json::{Value, json};
pub use target::Target;
use tempfile::TempDir;

use super::process::{PATIENCE, Process, installed};

/// The `job` label of all that is scraped.
pub const JOB: &str = "buckets";

/// A running Prometheus.
#[derive(Debug)]
pub struct Prometheus {
    api: Api,
    process: Process,
    _folder: TempDir,
}

impl Prometheus {
    /// Starts a Prometheus that scrapes `http://{target}/metrics` every `interval` (milliseconds count),
    /// and waits until it answers. It has not scraped yet: it takes some five seconds to look at its list of
    /// targets, so go on with [`wait_for_scrape`](Self::wait_for_scrape).
    ///
    /// # Panics
    ///
    /// When Prometheus is not installed or does not become ready.
    pub async fn scraping(target: SocketAddr, interval: Duration) -> Self {
        Self::start(settings(target, interval)).await
    }

    /// As [`scraping`](Self::scraping), with rules that are evaluated as often, and an Alertmanager to tell of
    /// alerts.
    ///
    /// # Panics
    ///
    /// When Prometheus is not installed or does not become ready.
    pub async fn with_rules(target: SocketAddr, interval: Duration, rules: &Path, alertmanager: Option<&str>) -> Self {
        let mut settings = settings(target, interval);
        settings["rule_files"] = json!([rules]);
        if let Some(address) = alertmanager {
            settings["alerting"] = json!({ "alertmanagers": [{ "static_configs": [{ "targets": [address] }] }] });
        }
        Self::start(settings).await
    }

    /// As [`scraping`](Self::scraping), with this text as its configuration, and this file of rules beside it.
    ///
    /// # Panics
    ///
    /// When Prometheus is not installed, does not become ready, or does not take the configuration.
    pub async fn configured(text: &str, rules: &Path) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let name = rules.file_name().expect("a file");
        std::fs::copy(rules, folder.path().join(name)).expect("a copy in a new folder");
        Self::start_in(folder, text).await
    }

    async fn start(settings: Value) -> Self {
        // JSON is YAML.
        Self::start_in(tempfile::tempdir().expect("a temporary folder"), &settings.to_string()).await
    }

    async fn start_in(folder: TempDir, text: &str) -> Self {
        let config = folder.path().join("prometheus.yml");
        std::fs::write(&config, text).expect("a file in a new folder");

        let mut command = Command::new(installed("prometheus", "prometheus"));
        command
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.tsdb.path={}", folder.path().join("data").display()))
            .arg("--web.listen-address=127.0.0.1:0")
            // With the second it asks for protobuf first, and takes the texts of those who have nothing in it as ever.
            .arg("--enable-feature=exemplar-storage,native-histograms");
        let mut process = Process::start(&command);
        let client = Client::new();
        let base = process
            .until("saying where it listens", async |printed| {
                let address = listening_on(printed).ok_or("it has not said it yet")?;
                Ok(format!("http://{address}"))
            })
            .await;
        process
            .until("being ready", async |_| {
                let answer = client.get(format!("{base}/-/ready")).send().await.map_err(|error| error.to_string())?;
                if answer.status().is_success() { Ok(()) } else { Err(answer.status().to_string()) }
            })
            .await;
        Self { api: Api::new(&base), process, _folder: folder }
    }

    /// Waits for a successful scrape that began after this call, so that every query from then on sees
    /// at least what the target shows now. Gives its moment, in seconds since 1970.
    ///
    /// # Panics
    ///
    /// When there is none for a long time, or one fails: with the reason why.
    pub async fn wait_for_scrape(&self) -> f64 {
        let scrape = self.api.next_scrape_of(&Target::of_job(JOB), PATIENCE).await;
        scrape.unwrap_or_else(|reason| panic!("no successful scrape: {reason}"))
    }

    /// What it has printed.
    #[must_use]
    pub fn output(&self) -> String {
        self.process.output()
    }
}

impl Deref for Prometheus {
    type Target = Api;

    fn deref(&self) -> &Api {
        &self.api
    }
}

fn settings(target: SocketAddr, interval: Duration) -> Value {
    let interval = format!("{}ms", interval.as_millis());
    json!({
        "global": { "scrape_interval": interval, "evaluation_interval": interval },
        "scrape_configs": [{ "job_name": JOB, "static_configs": [{ "targets": [target.to_string()] }] }],
    })
}

/// The address in the line that says `msg="Listening on" address=127.0.0.1:34193`.
fn listening_on(printed: &str) -> Option<&str> {
    let (_, rest) = printed.split_once("\"Listening on\" address=")?;
    let (address, _) = rest.split_once(char::is_whitespace)?;
    Some(address)
}
