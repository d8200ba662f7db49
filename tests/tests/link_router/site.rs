//! A volume whose links are served over real HTTP, with a clock that stands still.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use buckets::adapter::volume::{Signer, SigningKey};
use buckets::adapter::{Backend, Volume};
use buckets::handlers::prometheus::Prometheus;
use buckets::operation::{Constraints, SignedMethod};
use buckets::telemetry::Dispatcher;
use buckets::testing::ManualClock;
use buckets::{Attributes, Cloud, InsertOptions, Key, Secret, Upload, UrlOptions};
use buckets_tower::axum::Links;
use reqwest::{Client, Response};
use tempfile::TempDir;

/// How long links are good for.
pub(crate) const LIFE: Duration = Duration::from_secs(60);
/// The most bytes of any upload.
pub(crate) const MAX_UPLOAD: u64 = 100_000;

pub(crate) struct Site {
    pub(crate) cloud: Cloud<Backend<Volume>>,
    pub(crate) clock: ManualClock,
    pub(crate) client: Client,
    pub(crate) metrics: Prometheus,
    root: TempDir,
}

impl Site {
    pub(crate) async fn open() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("its address"));
        let clock = ManualClock::starting_at(SystemTime::now());
        let key = SigningKey::new(&Secret::new("0123456789abcdef".repeat(2))).expect("a key");
        let signer = Signer::new(&base, "site", key).expect("a signer").with_clock(clock.clone());
        let root = tempfile::tempdir().expect("a folder");
        let volume = Volume::builder(root.path()).links(signer.clone()).open().await.expect("a volume");
        let dispatcher = Dispatcher::builder().clock(clock.clone()).build();
        let metrics = Prometheus::new();
        metrics.attach(&dispatcher).expect("nothing else is attached");
        let cloud = Cloud::builder("site", volume).dispatcher(dispatcher).build();
        let links = Links::new(cloud.clone(), signer).with_max_upload(MAX_UPLOAD);
        tokio::spawn(async move { axum::serve(listener, links.into_router()).await });
        let client = Client::builder().pool_max_idle_per_host(0).build().expect("a client");
        Self { cloud, clock, client, metrics, root }
    }

    /// Stores `content` at `key` and gives a link to it.
    pub(crate) async fn store(&self, key: &str, attributes: Attributes, content: &[u8]) -> String {
        let upload = Upload::from_bytes("file", content.to_vec()).with_attributes(attributes);
        let key = Key::new(key).expect("a key");
        self.cloud.insert_with(upload, InsertOptions::new().at(key.clone())).await.expect("stored");
        self.cloud.url(&key, LIFE).await.expect("a link").into_exposed()
    }

    /// A link for `method` on `key`.
    pub(crate) async fn link(&self, method: SignedMethod, key: &str, constraints: Constraints) -> String {
        let options = match method {
            SignedMethod::Put => UrlOptions::upload(LIFE),
            _ => UrlOptions::download(LIFE),
        };
        self.cloud.url_with(key, options.with_constraints(constraints)).await.expect("a link").into_exposed()
    }

    pub(crate) async fn get(&self, url: &str) -> Response {
        self.client.get(url).send().await.expect("an answer")
    }

    /// The value of the line of the metrics that begins so.
    pub(crate) fn metric(&self, line: &str) -> f64 {
        let page = self.metrics.render();
        let value = page.lines().find_map(|found| found.strip_prefix(line)?.trim().parse().ok());
        value.unwrap_or_else(|| panic!("no {line} in:\n{page}"))
    }

    /// The names of the files of the volume, half-written ones included.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let staging = self.root.path().join(".buckets/staging");
        [self.root.path().to_owned(), staging]
            .iter()
            .flat_map(|folder| std::fs::read_dir(folder).expect("a folder"))
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| path.is_file())
            .collect()
    }
}

/// A header's value as text; empty where there is none.
pub(crate) fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().expect("ASCII"))
}
