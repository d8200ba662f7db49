//! File storage for Rust services that is observable by construction.
//!
//! A [`Cloud`] stores and fetches files. Every operation of it is an event stream with one start and
//! exactly one end, which handlers turn into metrics, logs and reports. Below it is a stack of tower
//! services with an [`adapter`] at the bottom.
//!
//! ```
//! use buckets::adapter::Memory;
//! use buckets::telemetry::{Dispatcher, Event};
//! use buckets::{Cloud, Upload};
//!
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! Dispatcher::global().attach("printer", "buckets.cloud", |event: &Event<'_>| {
//!     println!("{} {:?}", event.full_name(), event.duration());
//! })?;
//!
//! let cloud = Cloud::new("uploads", Memory::new());
//! let object = cloud.insert(Upload::from_bytes("hello.txt", "Hello!")).await?;
//! assert_eq!(cloud.read(object.location()).await?, "Hello!");
//! # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
//! ```
//!
//! # Where to look
//!
//! - [`Cloud`], [`Upload`], [`Object`], [`Key`], [`Error`]: what an application uses.
//! - [`adapter`]: where objects are kept, and how to write another place.
//! - [`operation`], [`body`], [`store`]: what travels through a stack, for authors of layers.
//! - [`telemetry`]: events, spans, the dispatcher, the catalogue.
//! - [`handlers`]: what brings events to logs and metrics.
//! - `bridge`: other storage libraries' stores as adapters here, and a cloud as a store there.
//! - `cost` (feature `cost`): what it costs.
//! - [`config`]: clouds from the environment and TOML, tenants.
//!
//! # Features
//!
//! | feature | default | adds |
//! |---|---|---|
//! | `memory` | yes | [`adapter::Memory`] |
//! | `volume` | yes | [`adapter::Volume`]: the local disk, crash-safe, with signed links |
//! | `log` | yes | a handler that writes events through `tracing` |
//! | `cost` | | price sheets, exact money, who spent how much, budgets |
//! | `azure` | | [`adapter::Azure`]: Azure Blob Storage |
//! | `gcs` | | [`adapter::Gcs`]: Google Cloud Storage |
//! | `macros` | | [`instrumented`], [`span!`], [`event!`]: functions and blocks of yours as events |
//! | `prometheus` | | a handler that keeps the metrics Prometheus scrapes |
//! | `object-store-0_14` | | [`bridge::object_store_0_14`]: stores of `object_store` as adapters, and a cloud as one of its stores |
//! | `opendal-0_59` | | [`bridge::opendal_0_59`]: operators of OpenDAL as adapters |
//! | `performance` | | a monitor of how fast operations are, with alerts |
//! | `sentry` | | a handler that reports failures to Sentry |
//! | `statsd` | | a handler that sends metrics to a StatsD server |
//! | `toml` | | [`CloudConfig::all_from_toml`] |
//! | `testing` | | capture helper, manual clock, conformance suite for adapters |

pub mod adapter;
mod base_url;
pub mod body;
#[cfg(any(feature = "object-store-0_14", feature = "opendal-0_59"))]
pub mod bridge;
pub mod cloud;
pub mod config;
#[cfg(feature = "cost")]
pub mod cost;
mod error;
pub mod handlers;
#[cfg(feature = "macros")]
mod instrument;
mod key;
pub mod operation;
mod secret;
pub mod store;
pub mod telemetry;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod text_table;

/// For the code that the macros expand to; nothing in it is to be relied on.
#[cfg(feature = "macros")]
#[doc(hidden)]
pub mod __private {
    pub use crate::instrument::*;
    pub use inventory;
    pub use std::boxed::Box;
    pub use std::option::Option;
}

#[cfg(feature = "macros")]
#[doc = include_str!("instrument/event.md")]
pub use buckets_macros::event;
#[cfg(feature = "macros")]
#[doc = include_str!("instrument/instrumented.md")]
pub use buckets_macros::instrumented;
#[cfg(feature = "macros")]
#[doc = include_str!("instrument/span.md")]
pub use buckets_macros::span;
pub use cloud::{
    Cloud, Data, DownloadOptions, InsertOptions, LoadTo, Location, Object, ReadOptions, Upload, UrlOptions,
    display_filename, normalize_filename,
};
pub use config::CloudConfig;
pub use error::{BoxError, Elapsed, Error, ErrorKind, Result, TimeoutClock};
pub use key::{Key, Prefix};
pub use operation::{Attributes, ByteRange, Checksum, Condition, ETag, ObjectMeta, SignedUrl};
pub use secret::Secret;
pub use uuid;
