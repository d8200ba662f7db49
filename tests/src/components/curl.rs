//! `curl`, as a client of links that is none of ours.

use std::process::{Command, Output};

use tempfile::NamedTempFile;

use super::process::{PATIENCE, installed};

/// A file of this content, for `curl` to send or to go on with.
///
/// # Panics
///
/// When it cannot be written.
#[must_use]
pub fn file(content: &[u8]) -> NamedTempFile {
    let file = NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), content).expect("written");
    file
}

/// The file as `curl` is told of it.
///
/// # Panics
///
/// When its path is no text.
#[must_use]
pub fn path(file: &NamedTempFile) -> &str {
    file.path().to_str().expect("a path of text")
}

/// Runs `curl` to its end.
///
/// # Panics
///
/// When it is not installed.
#[must_use]
pub fn output(arguments: &[&str]) -> Output {
    Command::new(installed("curl", "curl"))
        .args(["--silent", "--show-error", "--max-time", &PATIENCE.as_secs().to_string()])
        .args(arguments)
        .output()
        .expect("curl starts")
}

/// Runs `curl` beside the test, which may be who serves it, and gives the status of the answer and what it printed of it.
///
/// # Panics
///
/// When it is not installed, or got no answer.
pub async fn answer(arguments: &[&str]) -> (u16, Vec<u8>) {
    let mut all = vec!["--write-out".to_owned(), "%{stderr}%{http_code}".to_owned()];
    all.extend(arguments.iter().map(|&argument| argument.to_owned()));
    let run = move || output(&all.iter().map(String::as_str).collect::<Vec<_>>());
    let output = tokio::task::spawn_blocking(run).await.expect("no panic");
    let said = String::from_utf8_lossy(&output.stderr);
    match said.parse() {
        Ok(status) if output.status.success() && status != 0 => (status, output.stdout),
        _ => panic!("curl got no answer: {}: {said}", output.status),
    }
}
