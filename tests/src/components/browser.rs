//! A real Chromium without a window, driven through ChromeDriver.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::WebDriver;

use super::process::{PATIENCE, Process, installed, until};

/// A running Chromium with one window, its own empty profile and its own download folder.
#[derive(Debug)]
pub struct Browser {
    window: WebDriver,
    // Ends before its folder does, and takes the browser along.
    _driver: Process,
    folder: TempDir,
}

impl Browser {
    /// Starts ChromeDriver, and Chromium through it.
    ///
    /// # Panics
    ///
    /// When either is not installed or does not start.
    pub async fn start() -> Self {
        let chromium = installed("chromium", "chromium");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut command = Command::new(installed("chromedriver", "chromium-driver"));
        command
            // It listens on one port of both IPv6 and IPv4, and with `--port=0` only looks at the one whether it is free.
            .arg(format!("--port={}", free_port()))
            // A killed browser leaves files behind: they go with the folder.
            .env("TMPDIR", folder.path())
            .env("HOME", folder.path());
        let mut driver = Process::start(&command);
        let port = driver
            .until("saying its port", async |printed| port_in(printed).ok_or_else(|| "it has not said it yet".into()))
            .await;

        let Value::Object(capabilities) = capabilities(&chromium, folder.path()) else {
            unreachable!("capabilities are written as an object");
        };
        let window = WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities).await.unwrap_or_else(|error| {
            let printed = driver.output();
            panic!("Chromium does not start: {error}; the driver printed:\n{printed}")
        });
        // The session ends with its driver: closing it first could wait for a page that hangs.
        window.clone().leak().expect("a session that nobody has quit");
        Self { window, _driver: driver, folder }
    }

    /// The one window: pages, elements, scripts, pictures.
    #[must_use]
    pub fn window(&self) -> &WebDriver {
        &self.window
    }

    /// Waits until the browser has finished downloading a file called `name`, and says where it is.
    /// It is gone with this value.
    ///
    /// # Panics
    ///
    /// When that takes longer than [`PATIENCE`].
    pub async fn downloaded(&self, name: &str) -> PathBuf {
        let downloads = downloads_in(self.folder.path());
        until(&format!("the download of `{name}`"), PATIENCE, async || {
            let names = file_names(&downloads);
            let unfinished =
                names.iter().any(|name| name.ends_with(".crdownload") || name.starts_with(".org.chromium"));
            let found = !unfinished && names.iter().any(|found| found == name);
            if found { Ok(downloads.join(name)) } else { Err(format!("the folder has {names:?}")) }
        })
        .await
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
    listener.expect("a free port").port()
}

/// The port in the line `ChromeDriver was started successfully on port 42691.`.
fn port_in(printed: &str) -> Option<u16> {
    let (_, rest) = printed.split_once("started successfully on port ")?;
    let (port, _) = rest.split_once('.')?;
    port.parse().ok()
}

fn capabilities(chromium: &Path, folder: &Path) -> Value {
    json!({
        "goog:chromeOptions": {
            "binary": chromium,
            "args": [
                "--headless",
                // Chromium's own sandbox refuses to run as root, as which CI runs; all pages are ours.
                "--no-sandbox",
                "--disable-gpu",
                // Without these it tries to reach its maker's hosts, which tests must not wait for.
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                format!("--user-data-dir={}", folder.join("profile").display()),
            ],
            "prefs": {
                "download.default_directory": downloads_in(folder),
                "download.prompt_for_download": false,
            },
        },
    })
}

fn downloads_in(folder: &Path) -> PathBuf {
    folder.join("downloads")
}

/// The names in `folder`, which the browser makes when it first needs it.
fn file_names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    entries.filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned())).collect()
}
