//! What an operator gets: a dashboard, recording and alerting rules, and unit tests of these.
//!
//! They are made of the definitions in this folder, in which queries are PromQL as it will be read. No query
//! gets into a file unless all metrics, labels and values of labels in it are those of the catalogue.

pub mod dashboard;
pub mod objective;
pub mod query;
pub mod rules;
pub mod schema;
pub mod trial;

use std::path::PathBuf;

use query::Mistake;
use schema::Schema;
use serde::Serialize;

/// What the panels and alerts mean, for people.
pub const GUIDE: &str = "https://github.com/buckets-rs/buckets/blob/main/docs/monitoring.md";

/// The folder that the files are checked in to.
#[must_use]
pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/monitoring")
}

/// The files that are generated: names and contents.
///
/// # Errors
///
/// When a query or a test names what the catalogue does not have.
pub fn files() -> Result<Vec<(&'static str, String)>, Mistake> {
    let schema = rules::recorded(Schema::of_catalogue())?;
    Ok(vec![
        ("dashboard.json", format!("{:#}\n", dashboard::json(&schema)?)),
        (rules::FILE, yaml(&rules::file(&schema)?)),
        ("rules_test.yml", yaml(&rules::tests_file(&schema)?)),
    ])
}

fn yaml(value: &impl Serialize) -> String {
    let text = serde_saphyr::to_string(value).expect("plain structures are YAML");
    format!(
        "# Generated: change the definitions in tests/src/monitoring, and then\n# `cargo run -p buckets-tests --bin monitoring_files`.\n{text}"
    )
}
