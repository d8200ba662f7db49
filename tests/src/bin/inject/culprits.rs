//! What the compiler says against the attribute, and where.

use std::path::PathBuf;

use serde_json::Value;

use crate::Failure;
use crate::scratch::Scratch;

pub(crate) struct CompileError {
    /// Places it is about, the most important first: files and lines.
    pub(crate) places: Vec<(PathBuf, usize)>,
    pub(crate) message: String,
    pub(crate) rendered: String,
}

/// The errors of the crate and its tests.
pub(crate) fn errors(scratch: &Scratch) -> Result<Vec<CompileError>, Failure> {
    let output = scratch.cargo(&["check", "--tests", "--keep-going", "--message-format=json"]).output()?;
    if output.status.success() {
        return Ok(Vec::new());
    }
    let messages = String::from_utf8_lossy(&output.stdout);
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let diagnostics =
        messages.filter(|message| message["reason"] == "compiler-message").map(|mut it| it["message"].take());
    let errors: Vec<_> = diagnostics
        .filter(|diagnostic| {
            diagnostic["level"] == "error" && !diagnostic["spans"].as_array().is_none_or(Vec::is_empty)
        })
        .map(|diagnostic| {
            let mut spans: Vec<&Value> = diagnostic["spans"].as_array().into_iter().flatten().collect();
            spans.sort_by_key(|span| span["is_primary"] != true);
            CompileError {
                places: spans.into_iter().flat_map(|span| places(scratch, span)).collect(),
                message: diagnostic["message"]
                    .as_str()
                    .unwrap_or_default()
                    .lines()
                    .next()
                    .unwrap_or_default()
                    .to_owned(),
                rendered: diagnostic["rendered"].as_str().unwrap_or_default().to_owned(),
            }
        })
        .collect();
    if errors.is_empty() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    Ok(errors)
}

/// A span's place and the places of the macros it comes from.
fn places(scratch: &Scratch, span: &Value) -> Vec<(PathBuf, usize)> {
    let mut places = Vec::new();
    let mut next = Some(span);
    while let Some(span) = next.filter(|span| span.is_object()) {
        if let (Some(file), Some(line)) = (span["file_name"].as_str(), span["line_start"].as_u64()) {
            places.push((scratch.root.join(file), line as usize));
        }
        next = span["expansion"].get("span");
    }
    places
}
