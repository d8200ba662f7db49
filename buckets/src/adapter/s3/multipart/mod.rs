//! Uploads and copies in parts: equal parts, some at once, each sent again if it fails, all or nothing.

mod copy;
mod limits;
mod orphans;
mod persistence;
mod pieces;
mod put;
mod sweep;
mod unfinished;

pub(super) use copy::copy;
pub(super) use limits::{Limits, MOST_PARTS};
pub(super) use orphans::Orphans;
pub(super) use persistence::persistently;
pub(super) use pieces::Pieces;
pub(super) use put::store;
pub(super) use sweep::sweep;
pub(super) use unfinished::{abort, begin, put_together};
