//! The HTTP API of a Prometheus, ours or another's.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::Client;
use serde_json::Value;

use crate::components::process::{PATIENCE, until};

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

/// A Prometheus that can be asked.
#[derive(Debug, Clone)]
pub struct Api {
    base: String,
    client: Client,
}

impl Api {
    /// That of the server at `base`, such as `http://127.0.0.1:9090`.
    #[must_use]
    pub fn new(base: &str) -> Self {
        Self { base: base.trim_end_matches('/').to_owned(), client: Client::new() }
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

    /// What `promql` gave at `moment`, in seconds since 1970.
    ///
    /// # Errors
    ///
    /// When Prometheus refuses the query or answers with anything but an instant vector.
    pub async fn query_at(&self, promql: &str, moment: f64) -> Result<Vec<Sample>, String> {
        self.ask(&[("query", promql), ("time", &moment.to_string())]).await
    }

    /// Asks `promql` until `enough` accepts the answer, and returns that answer.
    ///
    /// # Panics
    ///
    /// When that takes longer than [`PATIENCE`]: with the last answer.
    pub async fn query_until(&self, promql: &str, enough: impl Fn(&[Sample]) -> bool) -> Vec<Sample> {
        until(&format!("another answer to `{promql}`"), PATIENCE, async || {
            let samples = self.try_query(promql).await?;
            if enough(&samples) { Ok(samples) } else { Err(format!("the last answer was {samples:?}")) }
        })
        .await
    }

    /// Waits for a successful scrape of what `selector` selects, such as `job="buckets"`, that began after this
    /// call, so that every query from then on sees at least what the target shows now. Gives the moment of the
    /// scrape, in seconds since 1970.
    ///
    /// # Panics
    ///
    /// When there is none within [`PATIENCE`]: with the reason why the last one failed.
    pub async fn wait_for_scrape_of(&self, selector: &str) -> f64 {
        let called = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock past 1970") + ALIGNMENT;
        // `timestamp` tells when a sample was scraped only when it is given a plain selector.
        let scraped = format!("timestamp(up{{{selector}}}) and up{{{selector}}} == 1");
        until("a successful scrape", PATIENCE, async || {
            let samples = self.try_query(&scraped).await?;
            let moment = samples.iter().map(|sample| sample.value).find(|moment| *moment > called.as_secs_f64());
            match moment {
                Some(moment) => Ok(moment),
                None => Err(self.last_error().await?),
            }
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

    /// The answer of another endpoint, such as `rules`.
    ///
    /// # Errors
    ///
    /// When there is none, or it is not JSON.
    pub async fn get(&self, endpoint: &str, query: &[(&str, &str)]) -> Result<Value, String> {
        let request = self.client.get(format!("{}/api/v1/{endpoint}", self.base)).query(query);
        let answer = async { request.send().await?.json().await };
        answer.await.map_err(|error: reqwest::Error| error.to_string())
    }

    async fn try_query(&self, promql: &str) -> Result<Vec<Sample>, String> {
        self.ask(&[("query", promql)]).await
    }

    async fn ask(&self, query: &[(&str, &str)]) -> Result<Vec<Sample>, String> {
        let answer = self.get("query", query).await?;
        vector(&answer).ok_or_else(|| format!("not an instant vector: {answer}"))
    }

    /// What Prometheus says of the last scrapes of its targets.
    async fn last_error(&self) -> Result<String, String> {
        let answer = self.get("targets", &[]).await?;
        let targets = answer.pointer("/data/activeTargets").and_then(Value::as_array);
        let said = targets.into_iter().flatten().map(|target| {
            format!("{}: health {}, last error {}", target["scrapeUrl"], target["health"], target["lastError"])
        });
        let said: Vec<_> = said.collect();
        Ok(if said.is_empty() { "the target is not looked at yet".into() } else { said.join("; ") })
    }
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
