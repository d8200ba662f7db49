//! One alert, with the proof that it fires and that it does not.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::scenario::{Scenario, Test};
use crate::monitoring::query::{self, Mistake};
use crate::monitoring::schema::Schema;

/// An alerting rule.
#[derive(Clone, Debug)]
pub struct Alert {
    /// What it is called; its section of the guide is called so, too.
    pub name: &'static str,
    /// What fires it.
    pub expression: String,
    /// How long that must hold.
    pub hold: &'static str,
    /// Who is to know.
    pub severity: Severity,
    /// What goes on, in one sentence: with `{{ $labels.… }}` for labels and `{{ $value … }}` for the number.
    pub summary: &'static str,
    /// Where it must fire, and what it says of it then.
    pub fires: (Scenario, Firing),
    /// Where it comes near and must not fire.
    pub silent: Scenario,
}

/// Who is to know of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Somebody, now.
    Page,
    /// Somebody, in the next days.
    Ticket,
    /// Whoever looks.
    Info,
}

/// What an alert says when it fires.
#[derive(Clone, Copy, Debug)]
pub struct Firing {
    /// Its labels, besides the severity.
    pub labels: &'static [(&'static str, &'static str)],
    /// The number, as its summary shows it.
    pub value: &'static str,
}

/// As Prometheus reads it.
#[derive(Debug, Serialize)]
pub(super) struct Rule {
    alert: &'static str,
    expr: String,
    #[serde(rename = "for")]
    hold: &'static str,
    labels: BTreeMap<&'static str, &'static str>,
    annotations: Annotations,
}

#[derive(Debug, Serialize)]
struct Annotations {
    summary: String,
    runbook_url: String,
}

/// As promtool reads it.
#[derive(Debug, Serialize)]
pub(super) struct Expectation {
    eval_time: &'static str,
    alertname: &'static str,
    exp_alerts: Vec<ExpectedAlert>,
}

#[derive(Debug, Serialize)]
struct ExpectedAlert {
    exp_labels: BTreeMap<&'static str, &'static str>,
    exp_annotations: Annotations,
}

impl Severity {
    /// The value of the label `severity`, by which Alertmanager sends it on.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Ticket => "ticket",
            Self::Info => "info",
        }
    }
}

impl Alert {
    /// The rule as Prometheus reads it.
    ///
    /// # Errors
    ///
    /// When it names what is not there, or says something of a label that it does not have.
    pub(super) fn rule(&self, schema: &Schema) -> Result<Rule, Mistake> {
        let labels = query::check(schema, &self.expression)?;
        let unknown = self.labels_in_summary().into_iter().find(|label| !labels.contains(*label));
        if let Some(label) = unknown {
            return Err(Mistake::new(format!("the summary has the label `{label}`, which is not"), &self.expression));
        }
        Ok(Rule {
            alert: self.name,
            expr: self.expression.clone(),
            hold: self.hold,
            labels: [("severity", self.severity.as_str())].into(),
            annotations: self.annotations(self.summary.to_owned()),
        })
    }

    /// The two tests of the rule as promtool reads them.
    ///
    /// # Errors
    ///
    /// When a scenario has series that cannot be.
    pub(super) fn tests(&self, schema: &Schema) -> Result<[Test<Expectation>; 2], Mistake> {
        let (scenario, firing) = &self.fires;
        let mut labels: BTreeMap<_, _> = firing.labels.iter().copied().collect();
        labels.insert("severity", self.severity.as_str());
        let alert = ExpectedAlert { exp_labels: labels, exp_annotations: self.annotations(self.said(firing)) };
        let test = |scenario: &Scenario, exp_alerts| {
            scenario.test(schema, Expectation { eval_time: scenario.at, alertname: self.name, exp_alerts })
        };
        Ok([test(scenario, vec![alert])?, test(&self.silent, vec![])?])
    }

    fn annotations(&self, summary: String) -> Annotations {
        let runbook_url = format!("{}#{}", crate::monitoring::GUIDE, self.name.to_lowercase());
        Annotations { summary, runbook_url }
    }

    fn labels_in_summary(&self) -> BTreeSet<&str> {
        let parts = self.summary.split("{{ $labels.").skip(1);
        parts.filter_map(|part| part.split_once(" }}")).map(|(label, _)| label).collect()
    }

    /// The summary with what Prometheus puts in.
    fn said(&self, firing: &Firing) -> String {
        let mut said = self.summary.to_owned();
        for (label, value) in firing.labels {
            said = said.replace(&format!("{{{{ $labels.{label} }}}}"), value);
        }
        while let Some((before, (_, behind))) =
            said.split_once("{{ $value").and_then(|(before, rest)| Some((before, rest.split_once("}}")?)))
        {
            said = format!("{before}{}{behind}", firing.value);
        }
        said
    }
}
