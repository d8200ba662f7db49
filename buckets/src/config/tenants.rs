use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use super::CloudConfig;
use crate::cloud::{Cloud, CloudBuilder};
use crate::error::Result;
use crate::store::BoxStore;

/// Clouds made at run time, one for each configuration, for applications whose tenants bring their own.
///
/// A configuration is opened once however many ask at the same time, and shared while it is in
/// use; the least recently used cloud goes when there are too many. Two configurations that
/// differ in anything, a secret included, never share a cloud. Nothing here is ambient: whoever has
/// a tenant's [`Cloud`] talks to that tenant's store, in whatever task.
///
/// ```
/// use buckets::config::Tenants;
/// use buckets::CloudConfig;
///
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// let tenants = Tenants::new(1000);
/// let config = CloudConfig::from_pairs("tenant", [("adapter", "memory"), ("base_prefix", "anna")])?;
/// let cloud = tenants.cloud(&config).await?;
/// let object = cloud.insert(("x.txt", "hers")).await?;
/// assert_eq!(tenants.cloud(&config).await?.read(object.location()).await?, "hers");
/// # Ok::<(), buckets::Error>(()) }).unwrap();
/// ```
pub struct Tenants {
    capacity: usize,
    finish: Box<dyn Fn(CloudBuilder<BoxStore>) -> Cloud + Send + Sync>,
    clouds: Mutex<Clouds>,
}

#[derive(Default)]
struct Clouds {
    by_config: HashMap<CloudConfig, Entry>,
    uses: u64,
}

struct Entry {
    cell: Arc<OnceCell<Cloud>>,
    last_use: u64,
}

impl Tenants {
    /// Keeps up to `capacity` clouds without layers.
    ///
    /// # Panics
    /// If `capacity` is zero.
    pub fn new(capacity: usize) -> Self {
        Self::with(capacity, CloudBuilder::build)
    }

    /// Keeps up to `capacity` clouds, each finished by `finish`, which may add layers and settings.
    ///
    /// # Panics
    /// If `capacity` is zero.
    pub fn with(capacity: usize, finish: impl Fn(CloudBuilder<BoxStore>) -> Cloud + Send + Sync + 'static) -> Self {
        assert!(capacity > 0, "a cache of tenants needs room for one");
        Self { capacity, finish: Box::new(finish), clouds: Mutex::default() }
    }

    /// The cloud of this configuration, opened unless it is here.
    ///
    /// # Errors
    /// As [`Cloud::from_config`]; nothing is kept then, so the next call tries again.
    pub async fn cloud(&self, config: &CloudConfig) -> Result<Cloud> {
        let cell = self.cell(config);
        let open = || async { Ok((self.finish)(CloudBuilder::from_config(config).await?)) };
        let opened = cell.get_or_try_init(open).await.cloned();
        if opened.is_err() {
            self.forget(config, &cell);
        }
        opened
    }

    /// Forgets the cloud of this configuration, and says whether there was one: whoever asks next opens it anew.
    ///
    /// Whoever has the cloud keeps it, and what is under way ends as it would have; its connections end with its last clone.
    pub fn close(&self, config: &CloudConfig) -> bool {
        self.clouds().by_config.remove(config).is_some()
    }

    /// How many clouds are kept.
    pub fn len(&self) -> usize {
        self.clouds().by_config.len()
    }

    /// Whether none is kept.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn cell(&self, config: &CloudConfig) -> Arc<OnceCell<Cloud>> {
        let mut clouds = self.clouds();
        clouds.uses += 1;
        let now = clouds.uses;
        if let Some(entry) = clouds.by_config.get_mut(config) {
            entry.last_use = now;
            return Arc::clone(&entry.cell);
        }
        if clouds.by_config.len() >= self.capacity {
            let oldest =
                clouds.by_config.iter().min_by_key(|(_, entry)| entry.last_use).map(|(config, _)| config.clone());
            if let Some(oldest) = oldest {
                clouds.by_config.remove(&oldest);
            }
        }
        let cell = Arc::<OnceCell<Cloud>>::default();
        clouds.by_config.insert(config.clone(), Entry { cell: Arc::clone(&cell), last_use: now });
        cell
    }

    /// Drops a cell that nobody could fill, unless somebody else has in the meantime.
    fn forget(&self, config: &CloudConfig, cell: &Arc<OnceCell<Cloud>>) {
        let mut clouds = self.clouds();
        let is_this = clouds.by_config.get(config).is_some_and(|entry| Arc::ptr_eq(&entry.cell, cell));
        if is_this && !cell.initialized() {
            clouds.by_config.remove(config);
        }
    }

    fn clouds(&self) -> std::sync::MutexGuard<'_, Clouds> {
        self.clouds.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Tenants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tenants").field("clouds", &self.len()).field("capacity", &self.capacity).finish_non_exhaustive()
    }
}
