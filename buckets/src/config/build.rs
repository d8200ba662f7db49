use std::path::Path;

use super::{AdapterConfig, AzureConfig, CloudConfig, GcsConfig, LinksConfig, S3Config};
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
    /// What opening the adapter fails with: a directory that cannot be used, a secret too short, a missing region;
    /// [`Unsupported`](crate::ErrorKind::Unsupported) if this build does not have the adapter.
    pub async fn from_config(config: &CloudConfig) -> Result<Self> {
        let CloudConfig { name, adapter, base_prefix, read_limit, public_base_url } = config;
        let mut builder = match adapter {
            AdapterConfig::Azure(config) => azure(name, config)?,
            AdapterConfig::Gcs(config) => gcs(name, config).await?,
            AdapterConfig::Memory { capacity } => memory(name, *capacity)?,
            AdapterConfig::S3(config) => s3(name, config).await?,
            AdapterConfig::Volume { root, fsync, links } => volume(name, root, *fsync, links.as_ref()).await?,
        };
        if let Some(base) = base_prefix {
            builder = builder.base_prefix(base.clone());
        }
        if let Some(limit) = read_limit {
            builder = builder.read_limit(*limit);
        }
        if let Some(url) = public_base_url {
            builder = builder.public_base_url(url)?;
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

#[cfg(feature = "s3")]
async fn s3(name: &str, config: &S3Config) -> Result<CloudBuilder<BoxStore>> {
    Ok(Cloud::builder(name, config.open().await?).boxed())
}

#[cfg(feature = "s3")]
impl S3Config {
    /// The adapter that it describes: for a cloud that is built by hand, such as to wait at the end of the program
    /// for what the adapter [does in the background](crate::adapter::S3::settle).
    ///
    /// Asks nothing of the store.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for a setting that is missing or cannot be.
    pub async fn open(&self) -> Result<crate::adapter::S3> {
        use crate::adapter::s3::{Credentials, Provider, S3, S3Builder};

        fn with<T>(builder: S3Builder, value: Option<T>, set: impl FnOnce(S3Builder, T) -> S3Builder) -> S3Builder {
            match value {
                Some(value) => set(builder, value),
                None => builder,
            }
        }

        let Self { bucket, provider, region, endpoint, credentials, .. } = self;
        let provider = provider.as_deref().map(str::parse::<Provider>).transpose()?;
        let builder = with(S3::builder(bucket), provider, S3Builder::provider);
        let builder = with(builder, region.as_ref(), S3Builder::region);
        let builder = with(builder, endpoint.as_ref(), S3Builder::endpoint);
        let builder = with(builder, self.path_style, S3Builder::path_style);
        let builder = with(builder, self.checksums, S3Builder::checksums);
        let builder = with(builder, self.conditional_writes, S3Builder::conditional_writes);
        let builder = with(builder, self.ordered_lists, S3Builder::ordered_lists);
        let builder = with(builder, self.public_objects, S3Builder::public_objects);
        let Some(known) = credentials else { return from_environment(builder).await };
        let mut credentials = Credentials::new(known.access_key_id.expose(), known.secret_access_key.clone());
        if let Some(token) = &known.session_token {
            credentials = credentials.with_session_token(token.clone());
        }
        builder.credentials(credentials).build()
    }
}

#[cfg(feature = "aws-config")]
async fn from_environment(builder: crate::adapter::s3::S3Builder) -> Result<crate::adapter::S3> {
    builder.build_from_environment().await
}

#[cfg(all(feature = "s3", not(feature = "aws-config")))]
async fn from_environment(builder: crate::adapter::s3::S3Builder) -> Result<crate::adapter::S3> {
    // Which says that credentials are missing.
    builder.build()
}

#[cfg(not(feature = "s3"))]
async fn s3(_: &str, _: &S3Config) -> Result<CloudBuilder<BoxStore>> {
    Err(not_built("this build has no adapter `s3`; enable the feature `s3`"))
}

#[cfg(feature = "azure")]
fn azure(name: &str, config: &AzureConfig) -> Result<CloudBuilder<BoxStore>> {
    Ok(Cloud::builder(name, config.open()?).boxed())
}

#[cfg(not(feature = "azure"))]
fn azure(_: &str, _: &AzureConfig) -> Result<CloudBuilder<BoxStore>> {
    Err(not_built("this build has no adapter `azure`; enable the feature `azure`"))
}

#[cfg(feature = "gcs")]
async fn gcs(name: &str, config: &GcsConfig) -> Result<CloudBuilder<BoxStore>> {
    Ok(Cloud::builder(name, config.open().await?).boxed())
}

#[cfg(not(feature = "gcs"))]
async fn gcs(_: &str, _: &GcsConfig) -> Result<CloudBuilder<BoxStore>> {
    Err(not_built("this build has no adapter `gcs`; enable the feature `gcs`"))
}

#[cfg(not(all(feature = "azure", feature = "gcs", feature = "memory", feature = "s3", feature = "volume", unix)))]
fn not_built(message: &'static str) -> crate::Error {
    crate::Error::new(crate::ErrorKind::Unsupported, message)
}
