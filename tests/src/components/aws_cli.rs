//! `aws`, the command line tool of S3's own maker, asking a [`SeaweedFs`].

use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use super::packages::unpacked;
use super::process::installed;
use super::seaweedfs::{ACCESS_KEY, SECRET_KEY, SeaweedFs};

/// What a user of an S3-compatible server writes into `~/.aws/config`.
const CONFIG: &str = "[default]\nregion = us-east-1\ns3 =\n    addressing_style = path\n    signature_version = s3v4\n";

/// The tool, with the settings of one server.
#[derive(Debug)]
pub struct AwsCli {
    endpoint: String,
    home: TempDir,
}

impl AwsCli {
    /// The tool for this server, as who may do everything there.
    ///
    /// # Panics
    ///
    /// When there is no room for its settings.
    #[must_use]
    pub fn of(server: &SeaweedFs) -> Self {
        let home = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(home.path().join("config"), CONFIG).expect("a file in a new folder");
        Self { endpoint: server.endpoint(), home }
    }

    /// Runs it to its end, and gives what it printed.
    ///
    /// # Panics
    ///
    /// When it is not installed, or fails.
    pub async fn run(&self, arguments: &[&str]) -> String {
        let packages = unpacked("awscli");
        let mut command = Command::new(installed("python3", "python3"));
        // With none of the settings that the test's own environment may have.
        command
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .env("HOME", self.home.path())
            .env("LC_ALL", "C.UTF-8")
            .env("PYTHONPATH", &packages)
            .env("AWS_CONFIG_FILE", self.home.path().join("config"))
            .env("AWS_ACCESS_KEY_ID", ACCESS_KEY)
            .env("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .stdin(Stdio::null())
            .arg(packages.join("bin/aws"))
            .args(["--endpoint-url", &self.endpoint, "--output", "json"])
            .args(arguments);
        let output = tokio::task::spawn_blocking(move || command.output()).await.expect("no panic");
        let output = output.expect("Python starts");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "`aws {}` failed: {said}", arguments.join(" "));
        String::from_utf8(output.stdout).expect("it prints UTF-8")
    }

    /// Runs it to its end, and gives the JSON that it printed.
    ///
    /// # Panics
    ///
    /// When it is not installed, fails, or prints something else.
    pub async fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.run(arguments).await).expect("JSON")
    }
}
