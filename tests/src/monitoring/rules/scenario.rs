//! Time series in which an alert must fire, or must not: what `promtool test rules` is given.

use serde::Serialize;

use crate::monitoring::query::{self, Mistake};
use crate::monitoring::schema::Schema;

/// The labels that series have where a scenario does not say otherwise.
const DEFAULTS: [(&str, &str); 4] = [("job", "app"), ("instance", "app:3000"), ("cloud", "uploads"), ("adapter", "s3")];

/// Some series with a sample a minute, and a moment at which to look.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// What happens in it.
    pub story: &'static str,
    series: Vec<(&'static str, &'static str)>,
    pub(super) at: &'static str,
}

impl Scenario {
    /// Nothing yet, looked at after so long.
    #[must_use]
    pub fn after(at: &'static str, story: &'static str) -> Self {
        Self { story, series: Vec::new(), at }
    }

    /// Adds a series: with the labels that tell it from others, and values as promtool writes them, such as
    /// `0+60x30` for one that begins at 0 and grows by 60 a minute, for half an hour.
    #[must_use]
    pub fn series(mut self, name: &'static str, values: &'static str) -> Self {
        self.series.push((name, values));
        self
    }

    /// The test that `expectation` is met in it.
    ///
    /// # Errors
    ///
    /// When a series cannot be as it is here.
    pub(super) fn test<E>(&self, schema: &Schema, expectation: E) -> Result<Test<E>, Mistake> {
        let series = self.series.iter().map(|(series, values)| {
            let series = complete(schema, series);
            query::check(schema, &series)?;
            Ok(InputSeries { series, values })
        });
        let input_series = series.collect::<Result<_, _>>()?;
        Ok(Test { name: self.story, interval: "1m", input_series, alert_rule_test: [expectation] })
    }
}

/// As promtool reads it.
#[derive(Debug, Serialize)]
pub(super) struct Test<E> {
    name: &'static str,
    interval: &'static str,
    input_series: Vec<InputSeries>,
    alert_rule_test: [E; 1],
}

#[derive(Debug, Serialize)]
struct InputSeries {
    series: String,
    values: &'static str,
}

/// The series with all its labels, so that no test passes on series that do not exist.
fn complete(schema: &Schema, series: &str) -> String {
    query::replace_series(schema, series, |name, given| {
        let given = given.unwrap_or_default();
        let is_given = |label: &str| given.split(',').any(|one| one.split('=').next() == Some(label));
        let labels = schema.get(name).into_iter().flat_map(|series| &series.labels);
        let missing = labels.filter(|label| !is_given(label)).map(|label| {
            let default = DEFAULTS.iter().find(|(known, _)| known == label);
            let (_, value) = default.unwrap_or_else(|| panic!("a scenario has no `{label}` for `{name}`"));
            format!("{label}=\"{value}\"")
        });
        let all: Vec<_> = missing.chain((!given.is_empty()).then(|| given.to_owned())).collect();
        format!("{name}{{{}}}", all.join(","))
    })
}
