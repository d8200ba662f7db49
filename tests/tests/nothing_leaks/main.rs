//! Neither a key, nor content, nor a secret, nor what users attach gets into anything that is shown:
//! it is planted everywhere, by every operation and with every outcome, and looked for in every
//! event, log, metric, report, error, `Debug` and `Display`.
//!
//! A new adapter is one test here, a new handler one line in `sinks`.

mod operations;
mod outcomes;
mod planted;
mod sinks;
mod values;

use buckets::adapter::volume::{Signer, SigningKey};
use buckets::adapter::{Adapter, Backend, Memory, Volume};
use buckets::{Cloud, Key, Secret};
use buckets_tower::TelemetryLayer;

use crate::planted::{SECRET, look};
use crate::sinks::Sinks;

#[tokio::test(start_paused = true)]
async fn in_memory() {
    exercise(Memory::new(), false).await;
}

#[tokio::test(start_paused = true)]
async fn on_a_volume_that_signs() {
    let root = tempfile::Builder::new().prefix("canary").tempdir().expect("a folder");
    let secret = Secret::new(SECRET);
    let key = SigningKey::new(&secret).expect("long enough");
    let signer = Signer::new("http://localhost/storage", "uploads", key.clone()).expect("valid");
    look((&secret, &key, &signer));
    let volume = Volume::builder(root.path()).links(signer).open().await.expect("opened");
    look(&volume);
    exercise(volume, true).await;
}

/// Does everything with every outcome, and looks at what comes of it.
async fn exercise(adapter: impl Adapter, signs: bool) {
    let sinks = Sinks::new();
    let (name, capabilities) = (adapter.name().to_owned(), adapter.capabilities());
    let backend = Backend::new(adapter);
    let builder = || {
        let base = Key::new("canary-base").expect("valid");
        let cloud = Cloud::over("uploads", &name, backend.clone()).capabilities(capabilities);
        cloud.base_prefix(base).dispatcher(sinks.dispatcher())
    };
    let cloud = builder().layer(TelemetryLayer::new()).build().boxed();
    look(&cloud);
    operations::all(&cloud, signs).await;
    sinks.look();
    outcomes::all(builder, &cloud).await;
    sinks.look();
}
