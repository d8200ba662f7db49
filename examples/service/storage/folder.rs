use buckets::adapter::Volume;
use buckets::adapter::volume::{Signer, SigningKey};
use buckets::{Cloud, Key};
use buckets_tower::TelemetryLayer;

use super::secret::SigningSecret;
use super::{CLOUD, Place, named_key};
use crate::settings::{self, Settings, StartError};

/// The folder that the settings name; it is made if it is missing.
pub(super) async fn open(settings: &Settings, base_url: &str) -> Result<(Cloud, Place), StartError> {
    if settings::of_the_store().any(|(setting, _)| setting == "bucket") {
        return Err(StartError::new("BUCKETS_BUCKET", "files are kept in a folder unless BUCKETS_ADAPTER is s3"));
    }
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
    Ok((cloud, Place::Folder { root, signer: Box::new(signer), secret }))
}
