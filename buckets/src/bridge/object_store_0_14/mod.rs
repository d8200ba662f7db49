//! The bridge to [`object_store`] 0.14.
//!
//! [`ObjectStoreAdapter`] makes one of its stores an adapter here; [`CloudStore`] makes a cloud one of its stores,
//! for DataFusion, Parquet, Delta Lake and whatever else speaks that trait.

mod adapter;
mod attributes;
mod cloud;
mod error;
mod path;

pub use adapter::ObjectStoreAdapter;
pub use cloud::CloudStore;
pub use object_store;
