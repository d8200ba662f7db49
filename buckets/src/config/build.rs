use std::path::Path;

use super::{AdapterConfig, CloudConfig, LinksConfig};
use crate::cloud::{Cloud, CloudBuilder};
use crate::error::Result;
use crate::store::BoxStore;

impl Cloud {
    /// The cloud that `config` describes, without layers.
    ///
    /// # Errors
    /// As [`CloudBuilder::from_config`].
    pub async fn from_config(config: &CloudConfig) -> Result<Self> {
        Ok(CloudBuilder::from_config(config).await?.build())
    }
}

impl CloudBuilder<BoxStore> {
    /// The cloud that `config` describes, to be given layers.
    ///
    /// # Errors
    /// What opening the adapter fails with: a directory that cannot be used, a secret too short;
    /// [`Unsupported`](crate::ErrorKind::Unsupported) if this build does not have the adapter.
    pub async fn from_config(config: &CloudConfig) -> Result<Self> {
        let CloudConfig { name, adapter, base_prefix, read_limit } = config;
        let mut builder = match adapter {
            AdapterConfig::Memory { capacity } => memory(name, *capacity)?,
            AdapterConfig::Volume { root, fsync, links } => volume(name, root, *fsync, links.as_ref()).await?,
        };
        if let Some(base) = base_prefix {
            builder = builder.base_prefix(base.clone());
        }
        if let Some(limit) = read_limit {
            builder = builder.read_limit(*limit);
        }
        Ok(builder)
    }
}

#[cfg(feature = "memory")]
fn memory(name: &str, capacity: Option<u64>) -> Result<CloudBuilder<BoxStore>> {
    use crate::adapter::Memory;

    Ok(Cloud::builder(name, capacity.map_or_else(Memory::new, Memory::with_capacity)).boxed())
}

#[cfg(not(feature = "memory"))]
fn memory(_: &str, _: Option<u64>) -> Result<CloudBuilder<BoxStore>> {
    Err(not_built("this build has no adapter `memory`; enable the feature `memory`"))
}

#[cfg(all(feature = "volume", unix))]
async fn volume(name: &str, root: &Path, fsync: bool, links: Option<&LinksConfig>) -> Result<CloudBuilder<BoxStore>> {
    use crate::adapter::volume::{Signer, SigningKey, Volume};

    let mut builder = Volume::builder(root).fsync(fsync);
    if let Some(links) = links {
        let mut signer = Signer::new(&links.base_url, name, SigningKey::new(&links.secret)?)?;
        if let Some(previous) = &links.previous_secret {
            signer = signer.with_previous_key(SigningKey::new(previous)?);
        }
        builder = builder.links(signer);
    }
    Ok(Cloud::builder(name, builder.open().await?).boxed())
}

#[cfg(not(all(feature = "volume", unix)))]
async fn volume(_: &str, _: &Path, _: bool, _: Option<&LinksConfig>) -> Result<CloudBuilder<BoxStore>> {
    Err(not_built("this build has no adapter `volume`; enable the feature `volume`, on Unix"))
}

#[cfg(not(all(feature = "memory", feature = "volume", unix)))]
fn not_built(message: &'static str) -> crate::Error {
    crate::Error::new(crate::ErrorKind::Unsupported, message)
}
