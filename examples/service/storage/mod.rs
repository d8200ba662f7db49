mod bucket;
mod folder;
mod own_links;
mod secret;

use std::fmt;
use std::time::Duration;

use buckets::adapter::S3;
use buckets::handlers::log::Log;
use buckets::handlers::prometheus::Prometheus;
use buckets::telemetry::Dispatcher;
use buckets::uuid::Uuid;
use buckets::{Cloud, Key, display_filename};
use tracing::warn;

pub(crate) use self::own_links::OwnLinks;
use crate::settings::{Adapter, Settings, StartError};

/// The name of the cloud: a label of every metric, and part of every link that this program serves.
const CLOUD: &str = "files";
/// How long the end of the program waits for uploads that were given up to be aborted at the store.
const SETTLE: Duration = Duration::from_secs(10);

/// Where the files are, and what counts the operations on them.
pub(crate) struct Storage {
    pub(crate) cloud: Cloud,
    pub(crate) metrics: Prometheus,
    pub(crate) place: Place,
}

/// The folder, bucket or container.
#[derive(Clone)]
pub(crate) struct Place {
    /// As people are told it.
    name: String,
    /// What signs links to this program; none where the store answers links by itself.
    pub(crate) own_links: Option<OwnLinks>,
    /// The adapter that may have uploads to abort before the program ends.
    s3: Option<S3>,
}

impl Storage {
    /// Opens the place that the settings name and has operations counted and logged.
    pub(crate) async fn open(settings: &Settings, base_url: &str) -> Result<Self, StartError> {
        let (cloud, place) = match settings.adapter {
            Adapter::Volume => folder::open(settings, base_url).await?,
            adapter => bucket::open(adapter, base_url).await?,
        };
        let metrics = Prometheus::new();
        let dispatcher = Dispatcher::global();
        metrics.attach(&dispatcher).map_err(|error| StartError::new("metrics", error))?;
        Log::new().attach(&dispatcher).map_err(|error| StartError::new("log", error))?;
        Ok(Self { cloud, metrics, place })
    }
}

impl Place {
    /// What signs links.
    pub(crate) fn signed_with(&self) -> &dyn fmt::Display {
        match &self.own_links {
            Some(links) => &links.secret,
            None => &"the key that the store is asked with",
        }
    }

    /// Waits for what goes on in the background: for the end of the program.
    pub(crate) async fn settle(&self) {
        let Some(s3) = &self.s3 else { return };
        // Whoever starts and stops this is not to wait for a store that does not answer.
        let _ = tokio::time::timeout(SETTLE, s3.settle()).await;
        if s3.orphans() > 0 {
            warn!(uploads = s3.orphans(), "uploads that were given up could not be aborted and use up space");
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// `<id>/<file name>`: the name as the client sent it is all there is to remember about a file.
fn named_key(id: Uuid, filename: &str) -> buckets::Result<Key> {
    Key::new(format!("{id}/{}", display_filename(filename)))
}
