//! What Sentry is told of failures, how often, and by whom.

mod handler;
mod hubs;
mod inbox;
mod layer;
mod limits;
mod origin;
mod privacy;
mod real;
mod stores;
mod tracing;
