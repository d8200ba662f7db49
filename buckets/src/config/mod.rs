//! Clouds from configuration: the environment, TOML, or pairs of any other source.
//!
//! ```
//! use buckets::{Cloud, CloudConfig};
//!
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! let config = CloudConfig::from_pairs("uploads", [("adapter", "memory"), ("base_prefix", "tenant-7")])?;
//! let cloud = Cloud::from_config(&config).await?;
//! assert_eq!(cloud.name(), "uploads");
//!
//! let error = CloudConfig::from_pairs("uploads", [("adaptor", "memory"), ("read_limit", "many")]).unwrap_err();
//! assert_eq!(error.problems().len(), 3, "{error}");
//! # Ok::<(), buckets::Error>(()) }).unwrap();
//! ```

mod azure;
mod build;
mod error;
mod gcs;
mod settings;
mod tenants;

pub use azure::{AzureConfig, AzureCredentialsConfig};
pub use error::{ConfigError, Problem};
pub use gcs::{GcsConfig, GcsCredentialsConfig};
pub use tenants::Tenants;

use std::path::PathBuf;

use crate::Secret;
use crate::key::Key;
use settings::Settings;

/// The configuration of one cloud, checked.
///
/// | setting | of | meaning |
/// |---|---|---|
/// | `adapter` | all | `memory`, `volume`, `s3`, `azure` or `gcs`; required |
/// | `base_prefix` | all | a key below which new objects are put |
/// | `public_base_url` | all | where the public finds the store's top, such as `https://cdn.example`, for [`Cloud::public_url`](crate::Cloud::public_url) |
/// | `read_limit` | all | the most bytes read into memory at once, 64 MiB unless set |
/// | `capacity` | `memory` | the most bytes of content kept |
/// | `root` | `volume` | the directory; required |
/// | `fsync` | `volume` | `false` gives up safety against power loss for speed; `true` unless set |
/// | `base_url` | `volume` | what signed links begin with, such as `https://files.example`; goes with `secret` |
/// | `secret` | `volume` | the secret that signs links, 32 bytes or more; goes with `base_url` |
/// | `previous_secret` | `volume` | one whose links are still taken, while secrets are rotated |
/// | `bucket` | `s3` | the bucket; required |
/// | `provider` | `s3` | whose S3 it is: `amazon` (unless set), `cloudflare_r2`, `digitalocean_spaces`, `tigris` or `compatible` |
/// | `region` | `s3` | the region; the provider's usual one unless set, and required for `amazon` |
/// | `endpoint` | `s3` | where to ask; required for `cloudflare_r2` and `compatible` |
/// | `access_key_id`, `secret_access_key` | `s3` | who asks; without them, what Amazon's own tools would use (needs the feature `aws-config`) |
/// | `session_token` | `s3` | what goes with temporary credentials |
/// | `path_style` | `s3` | whether the bucket stands in the path of URLs; as the provider has it unless set |
/// | `checksums` | `s3` | whether the store checks and keeps CRC-32C; as the provider has it unless set |
/// | `conditional_writes` | `s3` | whether the store honours conditions of writes; as the provider has it unless set |
/// | `ordered_lists` | `s3` | whether the store lists in the order of keys; as the provider has it unless set |
/// | `public_objects` | `s3` | whether anyone may read what is stored from now on; the bucket decides unless set |
/// | `account`, `container` | `azure` | the storage account and the container; required |
/// | `account_key` | `azure` | who asks: whoever has this key of the account |
/// | `sas` | `azure` | or: whoever has this shared access signature |
/// | `tenant_id`, `client_id`, `client_secret` | `azure` | or: an application registered with Microsoft Entra ID |
/// | `endpoint` | `azure` | where to ask; `https://ACCOUNT.blob.core.windows.net` unless set |
/// | `authority` | `azure` | where tokens are asked for; `https://login.microsoftonline.com` unless set |
/// | `bucket` | `gcs` | the bucket; required |
/// | `service_account` | `gcs` | who asks: the service account of this key, in the JSON that Google gives out |
/// | `service_account_file` | `gcs` | or: that of the key in this file |
/// | `metadata_server` | `gcs` | or, if `true`: the one that the program runs as at Google |
/// | `anonymous` | `gcs` | or, if `true`: nobody, for public buckets and emulators |
/// | `endpoint` | `gcs` | where to ask; `https://storage.googleapis.com` unless set |
/// | `authority` | `gcs` | where tokens are asked for; as the key says, or the metadata server, unless set |
///
/// Sizes are in bytes. In the environment a setting is a variable `<PREFIX>_<SETTING>`, in TOML a
/// key of the cloud's table.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct CloudConfig {
    /// The cloud's name.
    pub name: String,
    /// Where objects are kept.
    pub adapter: AdapterConfig,
    /// Below which key new objects are put.
    pub base_prefix: Option<Key>,
    /// The most bytes read into memory at once.
    pub read_limit: Option<u64>,
    /// Where the public finds the store's top.
    pub public_base_url: Option<String>,
}

/// Where a configured cloud keeps objects.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AdapterConfig {
    /// In memory.
    Memory {
        /// The most bytes of content kept.
        capacity: Option<u64>,
    },
    /// In a local directory.
    Volume {
        /// The directory.
        root: PathBuf,
        /// Whether a put returns only once its content is safe from power loss.
        fsync: bool,
        /// How links are signed, if at all.
        links: Option<LinksConfig>,
    },
    /// In a bucket of S3 or what speaks its protocol.
    S3(S3Config),
    /// In a container of Azure Blob Storage.
    Azure(AzureConfig),
    /// In a bucket of Google Cloud Storage.
    Gcs(GcsConfig),
}

/// How a configured bucket of S3 is reached.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct S3Config {
    /// The bucket.
    pub bucket: String,
    /// The name of the provider; Amazon unless set.
    pub provider: Option<String>,
    /// The region.
    pub region: Option<String>,
    /// Where to ask.
    pub endpoint: Option<String>,
    /// Who asks; without, what Amazon's own tools would use.
    pub credentials: Option<S3CredentialsConfig>,
    /// Whether the bucket stands in the path of URLs.
    pub path_style: Option<bool>,
    /// Whether the store checks and keeps CRC-32C.
    pub checksums: Option<bool>,
    /// Whether the store honours conditions of writes.
    pub conditional_writes: Option<bool>,
    /// Whether the store lists in the order of keys.
    pub ordered_lists: Option<bool>,
    /// Whether anyone may read what is stored from now on.
    pub public_objects: Option<bool>,
}

/// Who asks a configured bucket of S3.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct S3CredentialsConfig {
    /// The access key's id.
    pub access_key_id: Secret,
    /// Its secret.
    pub secret_access_key: Secret,
    /// The token that goes with temporary credentials.
    pub session_token: Option<Secret>,
}

/// How a configured volume signs links.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LinksConfig {
    /// What links begin with.
    pub base_url: String,
    /// The secret that signs them.
    pub secret: Secret,
    /// One whose links are still taken.
    pub previous_secret: Option<Secret>,
}

impl CloudConfig {
    /// From settings of any source.
    ///
    /// # Errors
    /// [`ConfigError`] with every unknown, missing and wrong setting.
    pub fn from_pairs<K: Into<String>, V: Into<String>>(
        name: impl Into<String>,
        pairs: impl IntoIterator<Item = (K, V)>,
    ) -> Result<Self, ConfigError> {
        let pairs = pairs.into_iter().map(|(key, value)| (key.into(), value.into()));
        Settings::new(name.into(), pairs).read()
    }

    /// From the environment: every variable that begins with `prefix` and `_` is a setting, so
    /// `BUCKETS_UPLOADS_ROOT` is `root` for the prefix `BUCKETS_UPLOADS`.
    ///
    /// # Errors
    /// [`ConfigError`] with every unknown, missing and wrong setting.
    pub fn from_env(name: impl Into<String>, prefix: &str) -> Result<Self, ConfigError> {
        let prefix = format!("{prefix}_");
        let setting = |name: std::ffi::OsString| Some(name.to_str()?.strip_prefix(&prefix)?.to_ascii_lowercase());
        let pairs = std::env::vars_os()
            .filter_map(|(name, value)| Some((setting(name)?, value.to_string_lossy().into_owned())));
        Self::from_pairs(name, pairs)
    }

    /// From TOML: every table in `clouds` is a cloud, named by its key. Other tables are not looked at.
    ///
    /// ```
    /// let clouds = buckets::CloudConfig::all_from_toml(r#"
    ///     [clouds.uploads]
    ///     adapter = "volume"
    ///     root = "/srv/uploads"
    ///
    ///     [clouds.cache]
    ///     adapter = "memory"
    ///     capacity = 1000000
    /// "#)?;
    /// assert_eq!(clouds.len(), 2);
    /// # Ok::<(), buckets::config::ConfigError>(())
    /// ```
    ///
    /// # Errors
    /// [`ConfigError`] with every unknown, missing and wrong setting of all clouds, or the place
    /// where the text is no TOML.
    #[cfg(feature = "toml")]
    pub fn all_from_toml(text: &str) -> Result<Vec<Self>, ConfigError> {
        settings::read_toml(text)
    }
}
