//! Metrics of one's own: defined once, and the same numbers wherever they are reported.

mod built_in;
mod definitions;
mod dialects;
mod exemplars;
mod health;
mod native;
mod scripted;
mod statsd;
