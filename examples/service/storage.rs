use std::path::{Path, PathBuf};

use buckets::adapter::Volume;
use buckets::adapter::volume::{Signer, SigningKey};
use buckets::handlers::log::Log;
use buckets::handlers::prometheus::Prometheus;
use buckets::telemetry::Dispatcher;
use buckets::uuid::Uuid;
use buckets::{Cloud, Key, display_filename};
use buckets_tower::TelemetryLayer;

use crate::secret::SigningSecret;
use crate::settings::{Settings, StartError};

/// The name of the cloud: a label of every metric, and part of every link.
const CLOUD: &str = "files";

/// Where the files are: the cloud, what signs its links, and what counts its operations.
pub(crate) struct Storage {
    pub(crate) cloud: Cloud,
    pub(crate) signer: Signer,
    pub(crate) metrics: Prometheus,
    root: PathBuf,
    secret: SigningSecret,
}

impl Storage {
    /// Opens the folder and has its operations counted and logged.
    pub(crate) async fn open(settings: &Settings, base_url: &str) -> Result<Self, StartError> {
        let wrong_root = |error: &dyn std::fmt::Display| {
            let reason = format!("files cannot be kept in {}: {error}", settings.root.display());
            StartError::new("--root or BUCKETS_ROOT", reason)
        };
        std::fs::create_dir_all(&settings.root).map_err(|error| wrong_root(&error))?;
        let root = settings.root.canonicalize().map_err(|error| wrong_root(&error))?;
        let private = root.join(Key::RESERVED_SEGMENT);
        std::fs::create_dir_all(&private).map_err(|error| wrong_root(&error))?;
        let secret = SigningSecret::find(&private)?;
        let key = SigningKey::new(&secret.value).map_err(|error| StartError::new("BUCKETS_SECRET", error))?;
        let signer = Signer::new(base_url, CLOUD, key).map_err(|error| StartError::new("BUCKETS_PUBLIC_URL", error))?;
        let volume = Volume::builder(&root).links(signer.clone()).open().await.map_err(|error| wrong_root(&error))?;
        let cloud = Cloud::builder(CLOUD, volume).key_strategy(named_key).layer(TelemetryLayer::new()).boxed().build();
        let metrics = Prometheus::new();
        let dispatcher = Dispatcher::global();
        metrics.attach(&dispatcher).map_err(|error| StartError::new("metrics", error))?;
        Log::new().attach(&dispatcher).map_err(|error| StartError::new("log", error))?;
        Ok(Self { cloud, signer, metrics, root, secret })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn secret(&self) -> &SigningSecret {
        &self.secret
    }
}

/// `<id>/<file name>`: the name as the client sent it is all there is to remember about a file.
fn named_key(id: Uuid, filename: &str) -> buckets::Result<Key> {
    Key::new(format!("{id}/{}", display_filename(filename)))
}
