use buckets::config::{AdapterConfig, ConfigError};
use buckets::{Cloud, CloudConfig};
use buckets_tower::retry::RetryPolicy;
use buckets_tower::{ResumeLayer, RetryLayer, TelemetryLayer};
use tracing::warn;

use super::{CLOUD, Place, named_key};
use crate::settings::{self, StartError};

const BUCKET: &str = "the bucket";

/// The bucket that the environment names.
pub(super) async fn open() -> Result<(Cloud, Place), StartError> {
    let pairs = settings::of_the_store().chain([("adapter".to_owned(), "s3".to_owned())]);
    let config = CloudConfig::from_pairs(CLOUD, pairs).map_err(named)?;
    if config.base_prefix.is_some() {
        return Err(StartError::new("BUCKETS_BASE_PREFIX", "this service keeps files at the top of its bucket"));
    }
    let AdapterConfig::S3(bucket) = config.adapter else {
        return Err(StartError::new("BUCKETS_ADAPTER", "it must be s3"));
    };
    let s3 = bucket.open().await.map_err(|error| StartError::new(BUCKET, error))?;
    let policy = RetryPolicy::default();
    let mut builder = Cloud::builder(CLOUD, s3.clone()).key_strategy(named_key);
    if let Some(limit) = config.read_limit {
        builder = builder.read_limit(limit);
    }
    let layers =
        builder.layer(RetryLayer::new(policy.clone())).layer(ResumeLayer::new(policy)).layer(TelemetryLayer::new());
    let cloud = layers.boxed().build();
    match cloud.health().await {
        Ok(()) => {}
        // It may be back soon; until then `/readyz` tells.
        Err(error) if error.is_retryable() => warn!(%error, "the bucket does not answer now"),
        Err(error) => return Err(StartError::new(BUCKET, error)),
    }
    Ok((cloud, Place::Bucket { s3, name: bucket.bucket, endpoint: bucket.endpoint }))
}

/// With settings called as they are in the environment.
fn named(error: ConfigError) -> StartError {
    let name = |setting: &str| format!("{}{}", settings::PREFIX, setting.to_ascii_uppercase());
    let problems = error.problems().iter().map(|problem| format!("{}: {}", name(&problem.setting), problem.message));
    StartError::new(BUCKET, problems.collect::<Vec<_>>().join("; "))
}
