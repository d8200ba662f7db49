use buckets::adapter;
use buckets::config::{AdapterConfig, ConfigError};
use buckets::operation::OperationKind;
use buckets::{Cloud, CloudConfig, Error};
use buckets_tower::axum::SignLinksLayer;
use buckets_tower::retry::RetryPolicy;
use buckets_tower::{ResumeLayer, RetryLayer, TelemetryLayer};
use tower::util::option_layer;
use tracing::warn;

use super::secret::SigningSecret;
use super::{CLOUD, OwnLinks, Place, named_key};
use crate::settings::{self, Adapter, StartError};

const STORE: &str = "the store";

/// The bucket or container that the environment names.
pub(super) async fn open(adapter: Adapter, base_url: &str) -> Result<(Cloud, Place), StartError> {
    let pairs = settings::of_the_store().chain([("adapter".to_owned(), adapter.name().to_owned())]);
    let config = CloudConfig::from_pairs(CLOUD, pairs).map_err(named)?;
    if config.base_prefix.is_some() {
        return Err(StartError::new("BUCKETS_BASE_PREFIX", "this service keeps files at the top of its bucket"));
    }
    let mut to_settle = None;
    let (name, endpoint, (cloud, own_links)) = match config.adapter {
        AdapterConfig::S3(bucket) => {
            let s3 = bucket.open().await.map_err(wrong)?;
            to_settle = Some(s3.clone());
            (format!("the bucket {}", bucket.bucket), bucket.endpoint, on(s3, config.read_limit, base_url).await?)
        }
        AdapterConfig::Azure(container) => {
            let name = format!("the container {} of the account {}", container.container, container.account);
            let azure = container.open().map_err(wrong)?;
            (name, container.endpoint, on(azure, config.read_limit, base_url).await?)
        }
        AdapterConfig::Gcs(bucket) => {
            let name = format!("the bucket {} of Google Cloud Storage", bucket.bucket);
            let gcs = bucket.open().await.map_err(wrong)?;
            (name, bucket.endpoint, on(gcs, config.read_limit, base_url).await?)
        }
        _ => return Err(StartError::new("BUCKETS_ADAPTER", "it must be s3, azure or gcs")),
    };
    match cloud.health().await {
        Ok(()) => {}
        // It may be back soon; until then `/readyz` tells.
        Err(error) if error.is_retryable() => warn!(%error, "the store does not answer now"),
        Err(error) => return Err(wrong(error)),
    }
    let name = match endpoint {
        Some(endpoint) => format!("{name} at {endpoint}"),
        None => name,
    };
    Ok((cloud, Place { name, own_links, s3: to_settle }))
}

/// A cloud on a store that is somewhere else, and the links that it lacks.
async fn on(
    adapter: impl adapter::Adapter,
    read_limit: Option<u64>,
    base_url: &str,
) -> Result<(Cloud, Option<OwnLinks>), StartError> {
    let own_links = match OwnLinks::are_needed_for(&adapter).await.map_err(wrong)? {
        true => Some(OwnLinks::new(SigningSecret::of_this_run()?, base_url)?),
        false => None,
    };
    let mut capabilities = adapter.capabilities();
    if own_links.is_some() {
        capabilities = capabilities.with(OperationKind::Sign).with_bounded_links(true);
    }
    let mut builder = Cloud::builder(CLOUD, adapter).capabilities(capabilities).key_strategy(named_key);
    if let Some(limit) = read_limit {
        builder = builder.read_limit(limit);
    }
    let policy = RetryPolicy::default();
    let builder = builder
        .layer(RetryLayer::new(policy.clone()))
        .layer(ResumeLayer::new(policy))
        .layer(option_layer(own_links.as_ref().map(|own| SignLinksLayer::new(own.signer.clone()))))
        .layer(TelemetryLayer::new());
    Ok((builder.boxed().build(), own_links))
}

fn wrong(error: Error) -> StartError {
    StartError::new(STORE, error)
}

/// With settings called as they are in the environment.
fn named(error: ConfigError) -> StartError {
    let name = |setting: &str| format!("{}{}", settings::PREFIX, setting.to_ascii_uppercase());
    let problems = error.problems().iter().map(|problem| format!("{}: {}", name(&problem.setting), problem.message));
    StartError::new(STORE, problems.collect::<Vec<_>>().join("; "))
}
