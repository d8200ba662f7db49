//! What is in `docs/monitoring`, against the programs that it is for.

mod alertmanager;
mod dashboard;
mod files;
mod trial;
