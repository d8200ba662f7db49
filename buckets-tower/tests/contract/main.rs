//! What tower asks of every middleware, of each layer alone and in pairs.

mod chaos;
mod cost;
mod faulty;
mod kit;
mod layers;
mod limits;
mod orders;
mod prefix;
mod read_only;
mod retries;
mod sampling;
mod stack;
mod stock;
mod telemetry;
mod timeouts;
mod validate;
