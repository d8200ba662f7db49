use buckets::adapter::Volume;
use buckets::{Cloud, Key};
use buckets_tower::TelemetryLayer;

use super::secret::SigningSecret;
use super::{CLOUD, OwnLinks, Place, named_key};
use crate::settings::{self, Settings, StartError};

/// What says that somebody meant another place.
const ELSEWHERE: [(&str, &str); 2] = [("bucket", "BUCKETS_BUCKET"), ("container", "BUCKETS_CONTAINER")];

/// The folder that the settings name; it is made if it is missing.
pub(super) async fn open(settings: &Settings, base_url: &str) -> Result<(Cloud, Place), StartError> {
    for (setting, name) in ELSEWHERE {
        if settings::of_the_store().any(|(found, _)| found == setting) {
            let reason = "files are kept in a folder unless BUCKETS_ADAPTER is s3, azure or gcs";
            return Err(StartError::new(name, reason));
        }
    }
    let wrong_root = |error: &dyn std::fmt::Display| {
        let reason = format!("files cannot be kept in {}: {error}", settings.root.display());
        StartError::new("--root or BUCKETS_ROOT", reason)
    };
    std::fs::create_dir_all(&settings.root).map_err(|error| wrong_root(&error))?;
    let root = settings.root.canonicalize().map_err(|error| wrong_root(&error))?;
    let private = root.join(Key::RESERVED_SEGMENT);
    std::fs::create_dir_all(&private).map_err(|error| wrong_root(&error))?;
    let own_links = OwnLinks::new(SigningSecret::find(&private)?, base_url)?;
    let volume = Volume::builder(&root).links(own_links.signer.clone()).open().await;
    let volume = volume.map_err(|error| wrong_root(&error))?;
    let cloud = Cloud::builder(CLOUD, volume).key_strategy(named_key).layer(TelemetryLayer::new()).boxed().build();
    Ok((cloud, Place { name: root.display().to_string(), own_links: Some(own_links), s3: None }))
}
