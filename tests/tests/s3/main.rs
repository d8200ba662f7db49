//! The S3 adapter against SeaweedFS, a real server that speaks S3.

mod aws_cli;
mod conformance;
mod curl;
mod direct_uploads;
mod downloads;
mod dropped;
mod faults;
mod lies;
mod links;
mod parts;
mod program;
mod proxy;
mod public_objects;
mod public_urls;
mod s3s_fs;
mod server;
mod stalls;
mod tenants;
mod uploads;
