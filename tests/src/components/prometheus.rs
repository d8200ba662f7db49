//! A real Prometheus server that scrapes one target.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::Client;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::process::{PATIENCE, Process, installed, until};

/// The `job` label of all that is scraped.
pub const JOB: &str = "buckets";

/// Prometheus moves the time of a scrape by up to 2 ms, to make intervals even.
const ALIGNMENT: Duration = Duration::from_millis(2);

/// One element of an instant vector.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Its labels, the name under `__name__` where the query keeps one.
    pub labels: BTreeMap<String, String>,
    /// Its value.
    pub value: f64,
}

/// A running Prometheus.
#[derive(Debug)]
pub struct Prometheus {
    process: Process,
    base: String,
    client: Client,
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
        let folder = tempfile::tempdir().expect("a temporary folder");
        let config = folder.path().join("prometheus.yml");
        // JSON is YAML.
        let settings = json!({
            "global": { "scrape_interval": format!("{}ms", interval.as_millis()) },
            "scrape_configs": [{ "job_name": JOB, "static_configs": [{ "targets": [target.to_string()] }] }],
        });
        std::fs::write(&config, settings.to_string()).expect("a file in a new folder");

        let mut command = Command::new(installed("prometheus", "prometheus"));
        command
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.tsdb.path={}", folder.path().join("data").display()))
            .arg("--web.listen-address=127.0.0.1:0")
            .arg("--enable-feature=exemplar-storage");
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
        Self { process, base, client, _folder: folder }
    }

    /// The address of its web interface and API, such as `http://127.0.0.1:9090`.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// What `promql`, evaluated now, gives.
    ///
    /// # Panics
    ///
    /// When Prometheus refuses the query or answers with anything but an instant vector.
    pub async fn query(&self, promql: &str) -> Vec<Sample> {
        self.try_query(promql).await.unwrap_or_else(|error| panic!("query `{promql}`: {error}"))
    }

    /// Asks `promql` until `enough` accepts the answer, and returns that answer.
    ///
    /// # Panics
    ///
    /// When that takes longer than [`PATIENCE`]: with the last answer and what Prometheus printed.
    pub async fn query_until(&self, promql: &str, enough: impl Fn(&[Sample]) -> bool) -> Vec<Sample> {
        until(&format!("another answer to `{promql}`"), PATIENCE, async || {
            let samples = self.try_query(promql).await?;
            if enough(&samples) { Ok(samples) } else { Err(format!("the last answer was {samples:?}")) }
        })
        .await
    }

    /// The exemplars of the series that `promql` is about, as JSON.
    ///
    /// # Panics
    ///
    /// When Prometheus refuses the query.
    pub async fn exemplars(&self, promql: &str) -> String {
        let answer = self.get("query_exemplars", &[("query", promql)]).await;
        answer.unwrap_or_else(|error| panic!("exemplars of `{promql}`: {error}")).to_string()
    }

    /// Waits for a successful scrape that began after this call, so that every query from then on sees
    /// at least what the target shows now.
    ///
    /// # Panics
    ///
    /// When there is none within [`PATIENCE`]: with the reason why the last one failed.
    pub async fn wait_for_scrape(&self) {
        let called = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock past 1970") + ALIGNMENT;
        // `timestamp` tells when a sample was scraped only when it is given a plain selector.
        let scraped = format!("timestamp(up{{job=\"{JOB}\"}}) and up{{job=\"{JOB}\"}} == 1");
        until("a successful scrape", PATIENCE, async || {
            let samples = self.try_query(&scraped).await?;
            let after = samples.iter().any(|sample| sample.value > called.as_secs_f64());
            if after { Ok(()) } else { Err(self.last_error().await?) }
        })
        .await;
    }

    async fn try_query(&self, promql: &str) -> Result<Vec<Sample>, String> {
        let answer = self.get("query", &[("query", promql)]).await?;
        vector(&answer).ok_or_else(|| format!("not an instant vector: {answer}"))
    }

    /// What Prometheus says of its target's last scrape.
    async fn last_error(&self) -> Result<String, String> {
        let answer = self.get("targets", &[]).await?;
        Ok(match answer.pointer("/data/activeTargets/0") {
            Some(target) => format!("health {}, last error {}", target["health"], target["lastError"]),
            None => "the target is not looked at yet".into(),
        })
    }

    async fn get(&self, endpoint: &str, query: &[(&str, &str)]) -> Result<Value, String> {
        let request = self.client.get(format!("{}/api/v1/{endpoint}", self.base)).query(query);
        let answer = async { request.send().await?.json().await };
        answer.await.map_err(|error: reqwest::Error| format!("{error}; it printed:\n{}", self.process.output()))
    }
}

/// The address in the line that says `msg="Listening on" address=127.0.0.1:34193`.
fn listening_on(printed: &str) -> Option<&str> {
    let (_, rest) = printed.split_once("\"Listening on\" address=")?;
    let (address, _) = rest.split_once(char::is_whitespace)?;
    Some(address)
}

/// Reads the answer of `/api/v1/query`.
fn vector(answer: &Value) -> Option<Vec<Sample>> {
    let data = answer.get("data")?;
    if data.get("resultType")? != "vector" {
        return None;
    }
    data.get("result")?.as_array()?.iter().map(sample).collect()
}

fn sample(element: &Value) -> Option<Sample> {
    let labels = element.get("metric")?.as_object()?.iter();
    let labels = labels.map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())));
    Some(Sample {
        labels: labels.collect::<Option<_>>()?,
        value: element.get("value")?.get(1)?.as_str()?.parse().ok()?,
    })
}
