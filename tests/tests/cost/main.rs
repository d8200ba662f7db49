//! What storage costs, and how much is stored.

mod golden;
mod inventory;
mod metrics;
mod money;
