//! `promtool`, which judges metrics pages and rule files as Prometheus itself does.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::process::installed;

/// What `promtool`, or another judge, thinks of something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Whether it found nothing to object to.
    pub accepted: bool,
    /// All that it printed.
    pub output: String,
}

/// Checks a metrics page in the text format 0.0.4: parsing, and the naming and documentation of each metric.
///
/// # Panics
///
/// When `promtool` is not installed or cannot be run.
#[must_use]
pub fn check_metrics(page: &str) -> Verdict {
    let mut child = promtool()
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("promtool starts");
    // It reads the whole page before it prints anything, so writing first cannot block both sides.
    let mut stdin = child.stdin.take().expect("the standard input asked for");
    stdin.write_all(page.as_bytes()).expect("promtool reads the page");
    drop(stdin);
    child.wait_with_output().expect("promtool ends").into()
}

/// Checks a file of recording and alerting rules.
///
/// # Panics
///
/// When `promtool` is not installed or cannot be run.
#[must_use]
pub fn check_rules(file: &Path) -> Verdict {
    promtool().args(["check", "rules"]).arg(file).output().expect("promtool runs").into()
}

/// Checks a configuration of Prometheus, with the files that it names.
///
/// # Panics
///
/// When `promtool` is not installed or cannot be run.
#[must_use]
pub fn check_config(file: &Path) -> Verdict {
    promtool().args(["check", "config"]).arg(file).output().expect("promtool runs").into()
}

/// Runs a file of unit tests of rules.
///
/// # Panics
///
/// When `promtool` is not installed or cannot be run.
#[must_use]
pub fn test_rules(file: &Path) -> Verdict {
    promtool().args(["test", "rules"]).arg(file).output().expect("promtool runs").into()
}

fn promtool() -> Command {
    Command::new(installed("promtool", "prometheus"))
}

impl From<Output> for Verdict {
    fn from(output: Output) -> Self {
        let text = [output.stdout, output.stderr].concat();
        Self { accepted: output.status.success(), output: String::from_utf8_lossy(&text).into_owned() }
    }
}
