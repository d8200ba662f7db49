//! Azurite, the emulator of Azure's storage.

use std::net::TcpListener;
use std::process::Command;
use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tempfile::TempDir;

use super::packages::unpacked;
use super::process::{Process, installed};

/// A running emulator, which keeps everything in memory.
#[derive(Debug)]
pub struct Azurite {
    server: Process,
    port: u16,
    _folder: TempDir,
}

impl Azurite {
    /// The account that the emulator has.
    pub const ACCOUNT: &str = "devstoreaccount1";
    /// The published key of that account.
    pub const KEY: &str = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    /// Starts an emulator with an empty container of this name.
    ///
    /// # Panics
    ///
    /// When it is not installed or does not become ready.
    pub async fn start(container: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        // It cannot be asked which port it was given, so it is told one that was free a moment ago.
        let port = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr());
        let port = port.expect("a port of our own").port();
        let program = unpacked("azurite").join("node_modules/azurite/dist/src/blob/main.js");
        let mut command = Command::new(installed("node", "nodejs"));
        command.arg(program).args(["--blobHost", "127.0.0.1", "--blobPort"]).arg(port.to_string()).args([
            "--inMemoryPersistence",
            "--disableTelemetry",
            "--skipApiVersionCheck",
            "--silent",
        ]);
        let server = Process::start(command.current_dir(folder.path()));
        let mut this = Self { server, port, _folder: folder };
        let url = format!("{}/{container}?restype=container", this.endpoint());
        this.server
            .until("making a container", async |_| {
                let answer = create(&url, container).await.map_err(|error| error.to_string())?;
                answer.status().is_success().then_some(()).ok_or_else(|| answer.status().to_string())
            })
            .await;
        this
    }

    /// Where it is asked, the account included.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}/{}", self.port, Self::ACCOUNT)
    }

    /// A shared access signature for all that can be done with the blobs of a container, for an hour (*service SAS* of version
    /// 2020-12-06).
    ///
    /// # Panics
    ///
    /// When the clock is wrong.
    #[must_use]
    pub fn sas(container: &str) -> String {
        let (version, permissions) = ("2020-12-06", "racwdl");
        let expiry = humantime::format_rfc3339_seconds(SystemTime::now() + Duration::from_secs(3600)).to_string();
        let place = format!("/blob/{}/{container}", Self::ACCOUNT);
        let mut signed = [""; 16];
        signed[0] = permissions;
        signed[2] = &expiry;
        signed[3] = &place;
        signed[7] = version;
        signed[8] = "c";
        let signature = sign(&signed.join("\n")).replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
        format!("sv={version}&sr=c&sp={permissions}&se={}&sig={signature}", expiry.replace(':', "%3A"))
    }
}

/// Asks for a container, signed by the account's key (the scheme *Shared Key*).
async fn create(url: &str, container: &str) -> reqwest::Result<reqwest::Response> {
    let (account, version) = (Azurite::ACCOUNT, "2021-12-02");
    let date = httpdate::fmt_http_date(SystemTime::now());
    let text = format!(
        "PUT{}x-ms-date:{date}\nx-ms-version:{version}\n/{account}/{account}/{container}\nrestype:container",
        "\n".repeat(12)
    );
    let signature = sign(&text);
    reqwest::Client::new()
        .put(url)
        .header("x-ms-date", date)
        .header("x-ms-version", version)
        .header("authorization", format!("SharedKey {account}:{signature}"))
        .header("content-length", 0)
        .send()
        .await
}

/// The account's signature of this text.
fn sign(text: &str) -> String {
    let key = STANDARD.decode(Azurite::KEY).expect("base64");
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("any length");
    mac.update(text.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}
