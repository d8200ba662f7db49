//! Real programs that tests start: one file per program.
//!
//! Each listens on loopback, on a port that the system chooses, keeps its files in a temporary folder,
//! is waited for by asking it and not by sleeping, and ends with the value that stands for it.
//! A program that is not installed fails the test with a sentence that says how to install it;
//! no test is skipped. These are test helpers: whatever goes wrong in them panics.

pub mod alertmanager;
pub mod aws_cli;
pub mod azurite;
pub mod browser;
pub mod curl;
pub mod fake_gcs;
pub mod lezer;
pub mod openssl;
pub mod oteltap;
pub mod packages;
pub mod process;
pub mod prometheus;
pub mod promtool;
pub mod relay;
pub mod rotel;
pub mod seaweedfs;
pub mod spotlight;
pub mod statsd;
pub mod typescript;
pub mod victoria;
