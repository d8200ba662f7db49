//! Recording and alerting rules, and their unit tests.

mod alert;
mod alerts;
mod recording;
mod scenario;

pub use alert::{Alert, Firing, Severity};
pub use recording::Recording;
pub use scenario::Scenario;
use serde::Serialize;

use super::query::{self, Mistake};
use super::schema::Schema;

/// The file that the tests are of.
pub const FILE: &str = "rules.yml";

/// All recording rules, in the order in which they build upon each other.
#[must_use]
pub fn recordings() -> Vec<Recording> {
    recording::all()
}

/// All alerts, by the group they are in.
#[must_use]
pub fn alerts() -> Vec<(&'static str, Vec<Alert>)> {
    alerts::all()
}

/// The schema with the series that the recording rules make.
///
/// # Errors
///
/// When one is made of what is not there.
pub fn recorded(mut schema: Schema) -> Result<Schema, Mistake> {
    for recording in recordings() {
        let labels = query::check(&schema, &recording.expression)?;
        schema.record(&recording.name, labels);
    }
    Ok(schema)
}

/// The rules as Prometheus reads them. `schema` has the series that are recorded.
///
/// # Errors
///
/// When one names what is not there.
pub fn file(schema: &Schema) -> Result<impl Serialize, Mistake> {
    let record = |Recording { name, expression }| Rule::Recording { record: name, expr: expression };
    let recorded = Group { name: RECORDED, rules: recordings().into_iter().map(record).collect() };
    let mut groups = vec![recorded];
    for (name, alerts) in alerts() {
        let rules = alerts.iter().map(|alert| Ok(Rule::Alerting(alert.rule(schema)?))).collect::<Result<_, _>>()?;
        groups.push(Group { name, rules });
    }
    Ok(Groups { groups })
}

/// The unit tests of the rules as promtool reads them: of each alert one in which it fires, and one in which
/// it does not.
///
/// # Errors
///
/// When one has series that cannot be.
pub fn tests_file(schema: &Schema) -> Result<impl Serialize, Mistake> {
    let groups = alerts();
    let mut tests = vec![];
    for alert in groups.iter().flat_map(|(_, alerts)| alerts) {
        tests.extend(alert.tests(schema)?);
    }
    let group_eval_order = [RECORDED].into_iter().chain(groups.iter().map(|(name, _)| *name)).collect();
    Ok(Tests { rule_files: [FILE], evaluation_interval: EVALUATION, group_eval_order, tests })
}

/// How often the tests evaluate the rules: seldom, because some of them go over a week.
const EVALUATION: &str = "5m";

/// The group of the recording rules, which is the first.
const RECORDED: &str = "buckets-recorded";

#[derive(Serialize)]
struct Groups {
    groups: Vec<Group>,
}

#[derive(Serialize)]
struct Group {
    name: &'static str,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Rule {
    Recording { record: String, expr: String },
    Alerting(alert::Rule),
}

#[derive(Serialize)]
struct Tests {
    rule_files: [&'static str; 1],
    evaluation_interval: &'static str,
    group_eval_order: Vec<&'static str>,
    tests: Vec<scenario::Test<alert::Expectation>>,
}
