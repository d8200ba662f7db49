//! `sentry-relay`, by which Sentry itself checks and normalises the events that it takes in.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::packages::unpacked;
use super::process::installed;

const SCRIPT: &str = "
import json, sys
from sentry_relay.processing import StoreNormalizer

normalizer = StoreNormalizer(project_id=1, protocol_version='7', remove_other=True)
json.dump([normalizer.normalize_event(event) for event in json.load(sys.stdin)], sys.stdout)
";

/// The events as Sentry would store them. What it objects to is in an event's `errors`, and what it
/// changed is in its `_meta`; neither is there otherwise.
///
/// # Panics
///
/// When `sentry-relay` is not installed or cannot be run.
#[must_use]
pub fn normalised(events: &[Value]) -> Vec<Value> {
    let mut child = Command::new(installed("python3", "python3"))
        .args(["-c", SCRIPT])
        .env("PYTHONPATH", unpacked("sentry-relay"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python starts");
    // It reads everything before it prints anything, so writing first cannot block both sides.
    let mut stdin = child.stdin.take().expect("the standard input asked for");
    stdin.write_all(Value::from(events).to_string().as_bytes()).expect("Python reads the events");
    drop(stdin);
    let output = child.wait_with_output().expect("Python ends");
    assert!(output.status.success(), "the script failed, see standard error");
    serde_json::from_slice(&output.stdout).expect("a list of events")
}
