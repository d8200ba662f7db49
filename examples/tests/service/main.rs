//! The service as its users meet it: the program itself, asked by curl, a browser and Prometheus.

mod bad_input;
mod bucket;
mod files;
mod links;
mod load;
mod metrics;
mod page;
mod settings;
mod stopping;
mod stores;
mod support;
