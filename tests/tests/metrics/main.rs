//! Metrics of one's own: defined once, and the same numbers wherever they are reported.

mod definitions;
mod exemplars;
mod health;
mod native;
mod scripted;
mod statsd;
