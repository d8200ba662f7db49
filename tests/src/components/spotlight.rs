//! Spotlight, Sentry's server for developers: takes what a client sends, and shows it.

use std::process::Command;

use reqwest::Client;
use serde_json::Value;

use super::packages::unpacked;
use super::process::{Process, installed};

/// A running Spotlight.
#[derive(Debug)]
pub struct Spotlight {
    _server: Process,
    port: u16,
}

impl Spotlight {
    /// Starts a server on a port that the system chooses, on all addresses, because it knows no other way.
    ///
    /// # Panics
    ///
    /// When Spotlight is not installed or does not become ready.
    pub async fn start() -> Self {
        let mut server = Process::start(spotlight().args(["server", "--port", "0"]));
        let port = server
            .until("saying its port", async |printed| port_in(printed).ok_or_else(|| "it has not said it yet".into()))
            .await;
        Self { _server: server, port }
    }

    /// Sends an envelope, as a client of Sentry has written it. The client's own transport does not say
    /// what it sends, as Sentry does not ask; Spotlight does.
    ///
    /// # Panics
    ///
    /// When the server does not take it.
    pub async fn send(&self, envelope: Vec<u8>) {
        let to = format!("http://127.0.0.1:{}/api/1/envelope/", self.port);
        let request = Client::new().post(to).header("content-type", "application/x-sentry-envelope").body(envelope);
        let answer = request.send().await.expect("an answer");
        assert!(answer.status().is_success(), "{answer:?}");
    }

    /// The errors that it shows on a terminal, in the order in which they came, up to the first one of
    /// this type.
    ///
    /// # Panics
    ///
    /// When there is none within [`PATIENCE`](super::process::PATIENCE).
    pub async fn errors_until(&self, exception_type: &str) -> Vec<Value> {
        // A terminal is shown what came before it, too.
        let follow = ["tail", "errors", "--format", "json", "--port", &self.port.to_string()];
        let mut terminal = Process::start(spotlight().args(follow));
        terminal
            .until(&format!("showing an error of type `{exception_type}`"), async |printed| {
                let mut shown: Vec<Value> =
                    printed.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
                let last = shown.iter().position(|error| error["exception_type"] == exception_type);
                let last = last.ok_or_else(|| format!("it shows {} others", shown.len()))?;
                shown.truncate(last + 1);
                Ok(shown)
            })
            .await
    }
}

fn spotlight() -> Command {
    let mut command = Command::new(installed("node", "nodejs"));
    command
        .arg(unpacked("spotlight").join("node_modules/.bin/spotlight"))
        // It reports on itself to its makers; tests talk to nobody, so that goes to a port where nothing is.
        .env("https_proxy", "http://127.0.0.1:9");
    command
}

/// The port in the line `[Spotlight] Spotlight listening on 39173`.
fn port_in(printed: &str) -> Option<u16> {
    let (_, rest) = printed.split_once("Spotlight listening on ")?;
    let (port, _) = rest.split_once(char::is_whitespace)?;
    port.parse().ok()
}
