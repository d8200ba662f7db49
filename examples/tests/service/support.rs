//! A running service.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use buckets_tests::components::process::{PATIENCE, Process, until};
use reqwest::multipart::{Form, Part};
use reqwest::{Client, Response};
use serde_json::Value;
use tempfile::TempDir;

/// The most bytes of an upload to a service under test.
pub(crate) const MAX_UPLOAD: usize = 6 << 20;

/// The program, with a folder of its own.
pub(crate) struct Service {
    pub(crate) process: Process,
    pub(crate) client: Client,
    base: String,
    root: TempDir,
}

impl Service {
    /// Starts it on a free port.
    pub(crate) async fn start() -> Self {
        Self::start_in(tempfile::tempdir().expect("a folder")).await
    }

    /// Starts it on the files that are in `root`.
    pub(crate) async fn start_in(root: TempDir) -> Self {
        Self::start_as(program(), root).await
    }

    /// Starts it with further settings.
    pub(crate) async fn start_as(mut command: Command, root: TempDir) -> Self {
        command.args(["--listen", "127.0.0.1:0"]).arg("--root").arg(root.path());
        let mut process = Process::start(&command);
        let base = process
            .until("saying what to open", async |printed| {
                let line = printed.lines().find(|line| line.starts_with("Listening on"));
                let address = line.and_then(|line| line.split_whitespace().last()).ok_or("it has not said it yet")?;
                Ok(format!("http://{address}"))
            })
            .await;
        // Each request on a connection of its own: none is found closed by the other side.
        let client = Client::builder().pool_max_idle_per_host(0).build().expect("a client");
        Self { process, client, base, root }
    }

    /// Ends it and gives back its folder.
    pub(crate) fn stop(self) -> TempDir {
        self.root
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.base.strip_prefix("http://").and_then(|address| address.parse().ok()).expect("an address")
    }

    pub(crate) fn root(&self) -> &Path {
        self.root.path()
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.client.get(self.url(path)).send().await.expect("an answer")
    }

    pub(crate) async fn upload(&self, filename: &str, content: impl Into<reqwest::Body>) -> Response {
        let part = Part::stream(content).file_name(filename.to_owned());
        self.client.post(self.url("/files")).multipart(Form::new().part("file", part)).send().await.expect("an answer")
    }

    /// Uploads what is to be taken, and gives the answer.
    pub(crate) async fn store(&self, filename: &str, content: impl Into<reqwest::Body>) -> Value {
        let response = self.upload(filename, content).await;
        assert_eq!(response.status(), 201, "{filename:?}");
        response.json().await.expect("JSON")
    }

    pub(crate) async fn listed(&self) -> Vec<Value> {
        let list: Value = self.get("/files").await.json().await.expect("JSON");
        list["files"].as_array().expect("a list").clone()
    }

    /// The sum of the series of a metric that have all these labels.
    pub(crate) async fn metric(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let page = self.get("/metrics").await.text().await.expect("text");
        let series =
            page.lines().filter(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(['{', ' '])));
        let matching =
            series.filter(|line| labels.iter().all(|(label, value)| line.contains(&format!("{label}=\"{value}\""))));
        matching.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum()
    }

    /// Waits until a metric has this value.
    pub(crate) async fn until_metric(&self, name: &str, labels: &[(&str, &str)], value: f64) {
        until(&format!("{name}{labels:?} to be {value}"), PATIENCE, async || {
            let found = self.metric(name, labels).await;
            if found == value { Ok(()) } else { Err(format!("it is {found}")) }
        })
        .await;
    }

    /// The files below the root, half-written ones included, without what the volume keeps for itself.
    pub(crate) fn kept(&self) -> Vec<PathBuf> {
        let mut kept = Vec::new();
        collect(self.root(), &mut kept);
        let own = self.root().join(".buckets");
        kept.retain(|path| !path.starts_with(&own) || path.starts_with(own.join("staging")));
        kept
    }
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { collect(&path, found) } else { found.push(path) }
    }
}

/// The program, with none of the settings that the test's own environment may have, and a small limit.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_service"));
    let others = std::env::vars_os().map(|(name, _)| name);
    let is_setting = |name: &OsString| name == "RUST_LOG" || name.as_encoded_bytes().starts_with(b"BUCKETS_");
    others.filter(is_setting).for_each(|name| {
        command.env_remove(name);
    });
    command.env("BUCKETS_MAX_UPLOAD", MAX_UPLOAD.to_string());
    command
}

/// Bytes that do not repeat within any buffer.
pub(crate) fn content(len: usize) -> Vec<u8> {
    (0..len.div_ceil(4) as u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).take(len).collect()
}
