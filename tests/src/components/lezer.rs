//! The PromQL parser of Prometheus's own web pages, which has nothing in common with that of its server.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::packages::unpacked;
use super::process::installed;

const SCRIPT: &str = "
import { readFileSync } from 'node:fs';
import { parser } from '@prometheus-io/lezer-promql';

const isGood = (query) => {
    let good = true;
    parser.parse(query).iterate({ enter: (node) => { good &&= !node.type.isError; } });
    return good;
};
console.log(JSON.stringify(JSON.parse(readFileSync(0)).filter((query) => !isGood(query))));
";

/// Those of `queries` that it cannot parse.
///
/// # Panics
///
/// When it is not installed or cannot be run.
#[must_use]
pub fn unparsable(queries: &[String]) -> Vec<String> {
    let mut child = Command::new(installed("node", "nodejs"))
        .args(["--input-type=module", "--eval", SCRIPT])
        .current_dir(unpacked("grafana"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node starts");
    // It reads everything before it prints anything, so writing first cannot block both sides.
    let mut stdin = child.stdin.take().expect("the standard input asked for");
    stdin.write_all(Value::from(queries).to_string().as_bytes()).expect("node reads the queries");
    drop(stdin);
    let output = child.wait_with_output().expect("node ends");
    assert!(output.status.success(), "the script failed, see standard error");
    serde_json::from_slice(&output.stdout).expect("a list of queries")
}
