//! The catalogue.
pub mod names;
