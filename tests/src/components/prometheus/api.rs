//! The HTTP API of a Prometheus, ours or another's.

use std::collections::BTreeMap;
use std::error::Error;
use std::iter::successors;
use std::net::SocketAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::Client;
use serde_json::Value;

use super::Target;
use crate::components::process::{PATIENCE, try_until, until};

/// Prometheus moves the time of a scrape by up to 2 ms, to make intervals even.
const ALIGNMENT: Duration = Duration::from_millis(2);

/// How long it has no targets after it was started.
const BEGINNING: Duration = Duration::from_secs(15);

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

    /// Waits for a successful scrape of `target` that began after this call, so that every query from then on sees
    /// at least what the target shows now. Gives the moment of the scrape, in seconds since 1970.
    ///
    /// # Errors
    ///
    /// When there is none within `patience`, or one fails for another reason than the time it took: the reason why
    /// the last one failed.
    pub async fn next_scrape_of(&self, target: &Target, patience: Duration) -> Result<f64, String> {
        let called = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock past 1970") + ALIGNMENT;
        let selector = target.selector();
        // `timestamp` tells when a sample was scraped only when it is given a plain selector.
        let scraped = format!("timestamp(up{{{selector}}})");
        let up = format!("up{{{selector}}}");
        let end = try_until(patience, async || {
            let moments = self.try_query(&scraped).await?;
            let moment = moments.iter().map(|sample| sample.value).find(|moment| *moment > called.as_secs_f64());
            let Some(moment) = moment else { return Err(self.state_of(target).await?) };
            if self.query_at(&up, moment).await?.iter().any(|sample| sample.value == 1.0) {
                return Ok(Ok(moment));
            }
            let state = self.state_of(target).await?;
            if state.contains("context deadline exceeded") { Err(state) } else { Ok(Err(state)) }
        });
        end.await.and_then(|end| end)
    }

    /// The target that listens at `address`.
    ///
    /// # Errors
    ///
    /// When there is none, with what is scraped instead.
    pub async fn target_at(&self, address: SocketAddr) -> Result<Target, String> {
        let targets = try_until(BEGINNING, async || {
            let targets = self.targets().await?;
            if targets.is_empty() { Err("nothing".to_owned()) } else { Ok(targets) }
        });
        let targets = targets.await.map_err(|instead| format!("it does not scrape {address}, but {instead}"))?;
        let urls: Vec<_> = targets.iter().map(|target| target.url.as_str()).collect();
        let instead = format!("it does not scrape {address}, but {}", urls.join(", "));
        targets.into_iter().find(|target| target.is_at(address)).ok_or(instead)
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
        let answer = async {
            let answer = request.send().await?;
            Ok((answer.status(), answer.bytes().await?))
        };
        let (status, body) = answer.await.map_err(|error: reqwest::Error| in_full(&error.without_url()))?;
        serde_json::from_slice(&body).map_err(|_| format!("it answers {status}, and not as a Prometheus does"))
    }

    async fn try_query(&self, promql: &str) -> Result<Vec<Sample>, String> {
        self.ask(&[("query", promql)]).await
    }

    async fn ask(&self, query: &[(&str, &str)]) -> Result<Vec<Sample>, String> {
        let answer = self.get("query", query).await?;
        vector(&answer).ok_or_else(|| match answer["error"].as_str() {
            Some(error) => error.to_owned(),
            None => format!("not an instant vector: {answer}"),
        })
    }

    /// How the last scrape of `target` went.
    async fn state_of(&self, target: &Target) -> Result<String, String> {
        let targets = self.targets().await?;
        let said: Vec<_> = targets.iter().filter(|known| known.has_labels_of(target)).map(Target::state).collect();
        Ok(if said.is_empty() { "the target is not looked at yet".into() } else { said.join("; ") })
    }

    async fn targets(&self) -> Result<Vec<Target>, String> {
        let answer = self.get("targets", &[("state", "active")]).await?;
        let targets = answer.pointer("/data/activeTargets").and_then(Value::as_array);
        Ok(targets.into_iter().flatten().filter_map(Target::read).collect())
    }
}

/// An error with all that it comes from.
fn in_full(error: &(dyn Error + 'static)) -> String {
    let chain: Vec<_> = successors(Some(error), |error| (*error).source()).map(ToString::to_string).collect();
    chain.join(": ")
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
