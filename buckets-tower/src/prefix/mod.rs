//! A part of a store as if it were a store of its own: the room of one tenant.
//!
//! ```
//! use buckets::adapter::{Backend, Memory};
//! use buckets::{Cloud, InsertOptions, Key, Upload};
//! use buckets_tower::PrefixLayer;
//! use tower::Layer;
//!
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! let shared = Backend::new(Memory::new());
//! let tenant = |name: &str| {
//!     let room = PrefixLayer::new(Key::new(format!("tenants/{name}"))?);
//!     Ok::<_, buckets::Error>(Cloud::over("uploads", "memory", room.layer(shared.clone())).build())
//! };
//! let (acme, globex) = (tenant("acme")?, tenant("globex")?);
//!
//! let options = InsertOptions::new().at(Key::new("plan.txt")?);
//! let plan = acme.insert_with(Upload::from_bytes("plan.txt", "ours"), options).await?;
//! assert_eq!(plan.key().as_str(), "plan.txt");
//! assert!(!globex.exists("plan.txt").await?);
//! assert_eq!(shared.adapter().len(), 1);
//! # Ok::<(), buckets::Error>(()) })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What it does
//!
//! On the way down each key, both of a copy, and the prefix of a list get the prefix and a `/` in
//! front; a key too long with it is refused as [`InvalidInput`](buckets::ErrorKind::InvalidInput).
//! On the way up keys, folded prefixes and the cursor of a list lose it. There is no way out: keys
//! have no `..`, a list begins below the prefix whatever its cursor says, an answer with a key from
//! elsewhere is a [`Protocol`](buckets::ErrorKind::Protocol) error, and operations that are not
//! built in, which might carry keys, are refused as
//! [`Unsupported`](buckets::ErrorKind::Unsupported). A signed link shows the whole key, because
//! that is what it signs.
//!
//! Of objects whose key would not be one without the prefix (`tenants/acme/.buckets/x`) a tenant
//! does not hear.
//!
//! Events of layers above have keys as the tenant knows them, those of layers below as the store
//! does.
//!
//! Readiness, drops and panics pass through; a body is not touched. Each key costs an allocation on
//! either way, because keys are checked text.

mod future;
mod layer;
mod room;
mod service;

pub use future::ResponseFuture;
pub use layer::PrefixLayer;
pub use service::Prefixed;
