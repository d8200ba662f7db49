//! What the rows show: one file per question.

mod cost;
mod duration;
mod errors;
mod overview;
mod rate;
mod retries;
mod saturation;
mod security;
mod size;
mod storage;
mod telemetry;

use super::Row;

pub(super) fn all() -> Vec<Row> {
    vec![
        overview::row(),
        rate::row(),
        errors::row(),
        duration::row(),
        retries::row(),
        saturation::row(),
        size::row(),
        storage::row(),
        cost::row(),
        security::row(),
        telemetry::row(),
    ]
}
