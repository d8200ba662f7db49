//! Asks every query and compares the answers with what the script did.

use std::collections::BTreeMap;

use serde_json::Value;

use super::expectations::{self, Expected, WINDOW};
use super::facts::{Fact, Vector};
use super::script::CANARY;
use super::{Outcome, dashboard, query, rules};
use crate::components::prometheus::{Api, Sample, Target};
use crate::monitoring::schema::Schema;

/// Numbers may differ by so much of themselves: Prometheus and we add them up in another order.
const TOLERANCE: f64 = 1e-9;

pub(super) struct Judge<'a> {
    api: &'a Api,
    schema: &'a Schema,
    /// The program under test.
    target: &'a Target,
    /// Matchers of its series.
    selector: String,
    /// When the last scrape was; all is asked of that moment.
    moment: f64,
    pub(super) outcome: Outcome,
}

impl<'a> Judge<'a> {
    pub(super) fn new(api: &'a Api, schema: &'a Schema, target: &'a Target, moment: f64) -> Self {
        Self { api, schema, target, selector: target.selector(), moment, outcome: Outcome::default() }
    }

    /// The metrics as they are, with all that has ever happened.
    pub(super) async fn counters(&mut self, facts: &[Fact]) {
        for (metric, expected) in expectations::counters(facts) {
            let answer = self.ask(metric, &format!("{metric}{{{}}}", self.selector)).await;
            self.compare(metric, &answer, &expected, 1.0);
        }
    }

    /// The dashboard as it is checked in.
    pub(super) async fn panels(&mut self, facts: &[Fact]) {
        let text = std::fs::read_to_string(super::folder().join("dashboard.json")).expect("the dashboard");
        let json: Value = serde_json::from_str(&text).expect("JSON");
        let mut panels = json["panels"].as_array().expect("panels").iter().filter(|panel| panel["type"] != "row");
        for panel in dashboard::rows().into_iter().flat_map(|row| row.panels) {
            let checked_in = panels.next().expect("the dashboard is current");
            let expected = expectations::of_panel(panel.title, facts);
            let Some(expected) = expected.filter(|expected| expected.len() == panel.targets.len()) else {
                self.wrong(format!("{}: nobody has said what it must show", panel.title));
                continue;
            };
            for (target, expected) in checked_in["targets"].as_array().expect("targets").iter().zip(expected) {
                let query = self.chosen(target["expr"].as_str().expect("a query"));
                self.judge(panel.title, &query, expected).await;
            }
        }
    }

    /// The values that the dashboard's variables offer.
    pub(super) async fn variables(&mut self) {
        for (label, expected) in [
            ("cloud", &["archive", CANARY, "exports", "mirror", "thumbnails", "uploads", "warehouse"][..]),
            ("adapter", &["memory", "volume"]),
        ] {
            self.outcome.queries += 1;
            let series = format!("{}{{{}}}", dashboard::VARIABLES_FROM, self.selector);
            let answer = self.api.get(&format!("label/{label}/values"), &[("match[]", &series)]).await;
            if answer.as_ref().map(|answer| &answer["data"]) != Ok(&Value::from(expected)) {
                self.wrong(format!("the variable `{label}` offers {answer:?}, not {expected:?}"));
            }
        }
    }

    /// What is recorded must have an answer.
    pub(super) async fn recordings(&mut self) {
        for recording in rules::recordings() {
            let query = self.of_program(&recording.expression);
            if self.ask(&recording.name, &query).await.iter().all(|sample| sample.value.is_nan()) {
                self.wrong(format!("{} is empty", recording.name));
            }
        }
    }

    /// What would fire, and with which number.
    pub(super) async fn alerts(&mut self, facts: &[Fact]) {
        for alert in rules::alerts().into_iter().flat_map(|(_, alerts)| alerts) {
            let Some(expected) = expectations::of_alert(alert.name, facts) else {
                self.wrong(format!("{}: nobody has said whether it fires", alert.name));
                continue;
            };
            let query = self.of_program(&alert.expression);
            self.judge(alert.name, &query, expected).await;
        }
    }

    /// Prometheus itself evaluates the rules, and none fails.
    pub(super) async fn loaded_rules(&mut self) {
        let answer = self.api.get("rules", &[]).await.expect("the rules");
        let groups = answer["data"]["groups"].as_array().cloned().unwrap_or_default();
        let loaded: Vec<_> = groups.iter().filter_map(|group| group["rules"].as_array()).flatten().collect();
        let wanted = rules::recordings().len() + rules::alerts().iter().map(|(_, alerts)| alerts.len()).sum::<usize>();
        if loaded.len() != wanted {
            self.wrong(format!("{} of {wanted} rules are loaded", loaded.len()));
        }
        for rule in loaded.iter().filter(|rule| rule["health"] != "ok") {
            self.wrong(format!("rule {}: {}", rule["name"], rule["lastError"]));
        }
    }

    async fn judge(&mut self, name: &str, query: &str, expected: Expected) {
        let answer = self.ask(name, query).await;
        let filled = answer.iter().any(|sample| !sample.value.is_nan());
        match expected {
            Expected::Nothing(_) if filled => self.wrong(format!("{name}: {answer:?}, and not nothing; `{query}`")),
            Expected::Nothing(reason) => self.outcome.empty.push(format!("{name}: {reason}")),
            _ if !filled => self.wrong(format!("{name} is empty: `{query}`")),
            Expected::Exactly(expected) => self.compare(name, &answer, &expected, 1.0),
            Expected::Since(moments) => {
                let passed = moments.into_iter().map(|(labels, moment)| (labels, self.moment - moment)).collect();
                self.compare(name, &answer, &passed, 1.0);
            }
            Expected::Until(moments) => {
                let left = moments.into_iter().map(|(labels, moment)| (labels, moment - self.moment)).collect();
                self.compare(name, &answer, &left, 1.0);
            }
            Expected::PerSecond(expected) => {
                let once = self.once("rate", WINDOW).await;
                self.compare(name, &answer, &expected, once);
            }
            Expected::InWindow(window, expected) => {
                let once = self.once("increase", window).await;
                self.compare(name, &answer, &expected, once);
            }
        }
    }

    /// What Prometheus makes of a counter that was counted up once in the second round, as all others were by as
    /// much as they were in the first.
    async fn once(&self, function: &str, window: &str) -> f64 {
        let canary = format!(
            "buckets_operations_total{{{},cloud=\"{CANARY}\",status=\"success\",operation=\"health\"}}",
            self.selector
        );
        let answer = self.api.query_at(&format!("{function}({canary}[{window}])"), self.moment).await;
        answer.ok().and_then(|samples| samples.first().map(|sample| sample.value)).unwrap_or(f64::NAN)
    }

    async fn ask(&mut self, name: &str, query: &str) -> Vec<Sample> {
        self.outcome.queries += 1;
        match self.api.query_at(query, self.moment).await {
            Ok(samples) => samples,
            Err(error) => {
                self.wrong(format!("{name}: {error}"));
                Vec::new()
            }
        }
    }

    /// Every number that is expected must be there, `once` being one, and all others zero.
    fn compare(&mut self, name: &str, answer: &[Sample], expected: &Vector, once: f64) {
        let mut missing: Vector = expected.clone();
        for Sample { labels, value } in answer.iter().filter(|sample| !sample.value.is_nan()) {
            let hidden = |label: &str| self.target.labels.contains_key(label) || label == "__name__";
            let labels: BTreeMap<_, _> = labels
                .iter()
                .filter(|(label, _)| !hidden(label))
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect();
            let expected = missing.remove(&labels).unwrap_or_default();
            let value = value / once;
            let is_close = (value - expected).abs() <= TOLERANCE * expected.abs().max(1.0);
            if !is_close {
                self.wrong(format!("{name} {labels:?} is {value}, not {expected}"));
            }
        }
        for (labels, value) in missing.into_iter().filter(|(_, value)| *value != 0.0) {
            self.wrong(format!("{name} {labels:?} is missing, and should be {value}"));
        }
    }

    fn wrong(&mut self, what: String) {
        self.outcome.mismatches.push(what);
    }

    /// A query of the dashboard, with what its variables and Grafana put in.
    fn chosen(&self, query: &str) -> String {
        let all = |query: String, label: &str| query.replace(&format!("${label}\""), ".*\"");
        let query = query.replace("job=~\"$job\"", &self.selector).replace("$__rate_interval", WINDOW);
        all(all(query, "cloud"), "adapter")
    }

    /// A query of a rule, of the program under test only, and with what is recorded calculated at once.
    fn of_program(&self, expression: &str) -> String {
        let recordings = rules::recordings();
        let written_out = recordings.iter().rev().fold(expression.to_owned(), |query, recording| {
            let calculation = format!("({})", recording.expression);
            // What is calculated at once has a range or a past only if it is told how often to calculate it.
            let range = query.replace(&format!("{}[1d]", recording.name), &format!("{calculation}[1d:1m]"));
            let past = format!("last_over_time({calculation}[5m:1m] offset 1w)");
            let query = range.replace(&format!("{} offset 1w", recording.name), &past);
            query.replace(&recording.name, &calculation)
        });
        query::replace_series(self.schema, &written_out, |name, matchers| {
            let more =
                matchers.filter(|matchers| !matchers.is_empty()).map_or_else(String::new, |more| format!(",{more}"));
            format!("{name}{{{}{more}}}", self.selector)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vector(numbers: &[(&str, f64)]) -> Vector {
        let labels = |cloud: &str| BTreeMap::from([("cloud".to_owned(), cloud.to_owned())]);
        numbers.iter().map(|(cloud, value)| (labels(cloud), *value)).collect()
    }

    /// What is said of this answer where `a` should be 1 and `b` should be 2.
    fn said_of(answer: &[(&str, f64)]) -> Vec<String> {
        let (api, schema, target) = (Api::new("http://127.0.0.1:9090"), Schema::of_catalogue(), Target::default());
        let mut judge = Judge::new(&api, &schema, &target, 0.0);
        let answer: Vec<_> = vector(answer).into_iter().map(|(labels, value)| Sample { labels, value }).collect();
        judge.compare("query", &answer, &vector(&[("a", 1.0), ("b", 2.0)]), 1.0);
        judge.outcome.mismatches
    }

    #[test]
    fn every_difference_is_found() {
        let nothing = Vec::<String>::new();
        assert_eq!(said_of(&[("a", 1.0), ("b", 2.0)]), nothing);
        assert_eq!(said_of(&[("a", 1.0 + 1e-12), ("b", 2.0), ("c", 0.0), ("d", f64::NAN)]), nothing);
        assert_eq!(said_of(&[("a", 1.001), ("b", 2.0)]).len(), 1, "another number");
        assert_eq!(said_of(&[("a", 1.0)]).len(), 1, "too little");
        assert_eq!(said_of(&[("a", 1.0), ("b", 2.0), ("c", 0.5)]).len(), 1, "too much");
        assert_eq!(said_of(&[("a", f64::NAN), ("b", 2.0)]).len(), 1, "no number");
    }
}
