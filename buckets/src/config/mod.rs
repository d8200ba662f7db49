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

mod build;
mod error;
mod settings;
mod tenants;

pub use error::{ConfigError, Problem};
pub use tenants::Tenants;

use std::path::PathBuf;

use crate::Secret;
use crate::key::Key;
use settings::Settings;

/// The configuration of one cloud, checked.
///
/// | setting | of | meaning |
/// |---|---|---|
/// | `adapter` | all | `memory` or `volume`; required |
/// | `base_prefix` | all | a key below which new objects are put |
/// | `read_limit` | all | the most bytes read into memory at once, 64 MiB unless set |
/// | `capacity` | `memory` | the most bytes of content kept |
/// | `root` | `volume` | the directory; required |
/// | `fsync` | `volume` | `false` gives up safety against power loss for speed; `true` unless set |
/// | `base_url` | `volume` | what signed links begin with, such as `https://files.example`; goes with `secret` |
/// | `secret` | `volume` | the secret that signs links, 32 bytes or more; goes with `base_url` |
/// | `previous_secret` | `volume` | one whose links are still taken, while secrets are rotated |
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
