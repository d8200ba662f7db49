//! SeaweedFS: a real, distributed store that speaks S3.

use std::net::{SocketAddr, TcpListener};
use std::process::Command;

use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_s3::error::ProvideErrorMetadata;
use buckets::Secret;
use buckets::adapter::s3::{self, Provider, S3, S3Builder};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::packages::unpacked;
use super::process::{PATIENCE, Process, until};

/// The access key that the server knows.
pub const ACCESS_KEY: &str = "test-access-key";
/// Its secret.
pub const SECRET_KEY: &str = "test-secret-key";
/// The bucket that is there when the server is.
pub const BUCKET: &str = "bucket";

/// What the keys begin with, in front of a slash, that anyone may read.
pub const PUBLIC: &str = "public";

/// One who may do everything in the bucket below a prefix, and nothing elsewhere.
#[derive(Debug)]
pub struct Tenant {
    /// Its access key.
    pub access_key: String,
    /// Its secret.
    pub secret_key: String,
    /// What its keys begin with, in front of a slash.
    pub prefix: String,
}

/// A running server with one bucket.
#[derive(Debug)]
pub struct SeaweedFs {
    process: Process,
    ports: Ports,
    folder: TempDir,
}

/// The ports it is told to use, in the order of [`PORTS`].
type Ports = [u16; PORTS.len()];

/// Everything that listens, because what is not told otherwise listens where another server may.
const PORTS: [&str; 10] = [
    "s3.port",
    "s3.port.grpc",
    "s3.port.lance",
    "master.port",
    "master.port.grpc",
    "volume.port",
    "volume.port.grpc",
    "filer.port",
    "filer.port.grpc",
    "metricsPort",
];

impl SeaweedFs {
    /// Starts a server and waits until objects can be stored in its bucket.
    ///
    /// # Panics
    ///
    /// When it is not installed or does not become ready.
    pub async fn start() -> Self {
        Self::start_for(&[]).await
    }

    /// Starts a server that knows these tenants besides [`ACCESS_KEY`], to whom it is as [`start`](Self::start) makes it.
    ///
    /// # Panics
    ///
    /// When it is not installed or does not become ready.
    pub async fn start_for(tenants: &[Tenant]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let all = ["Admin", "Read", "Write", "List", "Tagging"].map(str::to_owned);
        let identities = std::iter::once(identity("tests", ACCESS_KEY, SECRET_KEY, &all)).chain(tenants.iter().map(
            |Tenant { access_key, secret_key, prefix }| {
                let actions = ["Read", "Write", "List"].map(|action| format!("{action}:{BUCKET}/{prefix}/*"));
                identity(prefix, access_key, secret_key, &actions)
            },
        ));
        let anyone = json!({ "name": "anonymous", "actions": [format!("Read:{BUCKET}/{PUBLIC}/*")] });
        let config = json!({ "identities": identities.chain([anyone]).collect::<Vec<_>>() });
        std::fs::write(folder.path().join("s3.json"), config.to_string()).expect("a file in a new folder");
        std::fs::create_dir(folder.path().join("data")).expect("a folder in a new folder");
        let ports = free_ports();
        let process = Process::start(&command(&folder, &ports));
        let this = Self { process, ports, folder };
        this.ready().await;
        this
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.ports[0]))
    }

    /// Its URL.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address())
    }

    /// The settings of our adapter for its bucket, asked for at `endpoint`: the server's, or what stands before it.
    pub fn adapter_at(endpoint: &str) -> S3Builder {
        S3::builder(BUCKET)
            .provider(Provider::Compatible)
            .endpoint(endpoint)
            .credentials(s3::Credentials::new(ACCESS_KEY, Secret::new(SECRET_KEY)))
            .checksums(true)
            // It lists directory by directory: `a/b` before `a-b`.
            .ordered_lists(false)
    }

    /// The settings of our adapter for its bucket.
    pub fn adapter(&self) -> S3Builder {
        Self::adapter_at(&self.endpoint())
    }

    /// The SDK's own client, to look at the server past our adapter.
    #[must_use]
    pub fn client(&self) -> aws_sdk_s3::Client {
        client(&self.endpoint(), "us-east-1", ACCESS_KEY, SECRET_KEY)
    }

    /// Kills the server, as `kill -9` does, and starts it again on the same files and ports.
    ///
    /// # Panics
    ///
    /// When it does not become ready again.
    pub async fn kill_and_restart(&mut self) {
        self.kill();
        self.restart().await;
    }

    /// Kills the server, as `kill -9` does.
    ///
    /// # Panics
    ///
    /// When nothing can be started in its place.
    pub fn kill(&mut self) {
        // The old process is killed as it is replaced.
        self.process = Process::start(Command::new("sleep").arg("infinity"));
    }

    /// Starts the server again after a [`kill`](Self::kill).
    ///
    /// # Panics
    ///
    /// When it does not become ready.
    pub async fn restart(&mut self) {
        self.process = Process::start(&command(&self.folder, &self.ports));
        self.ready().await;
    }

    /// Waits until an object can be stored and read: the parts of a server find each other only by and by.
    async fn ready(&self) {
        let client = self.client();
        until("SeaweedFS to store and give back an object", PATIENCE, async || {
            let told = |error: &dyn std::error::Error| format!("{error}; it printed:\n{}", self.process.output());
            match client.create_bucket().bucket(BUCKET).send().await {
                Err(error)
                    if error.code() != Some("BucketAlreadyExists")
                        && error.code() != Some("BucketAlreadyOwnedByYou") =>
                {
                    return Err(told(&error));
                }
                _ => {}
            }
            let put = client.put_object().bucket(BUCKET).key("ready").body(Vec::from("ready").into()).send().await;
            put.map_err(|error| told(&error))?;
            let get = client.get_object().bucket(BUCKET).key("ready").send().await;
            get.map_err(|error| told(&error))?;
            let delete = client.delete_object().bucket(BUCKET).key("ready").send().await;
            delete.map(drop).map_err(|error| told(&error))
        })
        .await;
    }
}

fn identity(name: &str, access_key: &str, secret_key: &str, actions: &[String]) -> Value {
    json!({
        "name": name,
        "credentials": [{ "accessKey": access_key, "secretKey": secret_key }],
        "actions": actions,
    })
}

/// The SDK's own client, which does not retry.
#[must_use]
pub fn client(endpoint: &str, region: &str, access_key: &str, secret_key: &str) -> aws_sdk_s3::Client {
    let credentials =
        Credentials::builder().access_key_id(access_key).secret_access_key(secret_key).provider_name("tests").build();
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .retry_config(aws_sdk_s3::config::retry::RetryConfig::disabled())
        .endpoint_url(endpoint)
        .force_path_style(true)
        .region(Region::new(region.to_owned()))
        .credentials_provider(credentials);
    aws_sdk_s3::Client::from_conf(config.build())
}

fn command(folder: &TempDir, ports: &Ports) -> Command {
    let mut command = Command::new(unpacked("seaweedfs").join("bin/weed"));
    command
        .args(["server", "-master.telemetry=false", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-metricsIp=127.0.0.1"])
        .args(["-s3", "-s3.allowDeleteBucketNotEmpty=false", "-s3.autoCreateBucket=false", "-s3.port.iceberg=0"])
        .args(["-volume.max=100", "-master.volumeSizeLimitMB=64", "-master.electionTimeout=2s"])
        .arg(format!("-dir={}", folder.path().join("data").display()))
        .arg(format!("-s3.config={}", folder.path().join("s3.json").display()))
        .args(PORTS.iter().zip(ports).map(|(name, port)| format!("-{name}={port}")));
    command
}

/// It cannot be asked which ports it was given, so it is told some that were free a moment ago.
fn free_ports() -> Ports {
    let listeners: [TcpListener; PORTS.len()] =
        std::array::from_fn(|_| TcpListener::bind("127.0.0.1:0").expect("a port of our own"));
    listeners.map(|listener| listener.local_addr().expect("the address of a listener").port())
}
