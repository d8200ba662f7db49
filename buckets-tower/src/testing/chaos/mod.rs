//! A store that fails as told.

mod body;
mod dice;
mod fault;
mod future;
mod layer;
mod service;

pub use fault::Fault;
pub use future::ChaosFuture;
pub use layer::ChaosLayer;
pub use service::Chaos;
