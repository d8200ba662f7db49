use std::fmt;
use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::error::{Error, ErrorKind, Result};

const MIB: u64 = 1024 * 1024;
const GIB: u64 = 1024 * MIB;

/// The most parts that S3 takes.
pub(in super::super) const MOST_PARTS: u64 = 10_000;
/// The number of parts that content of a known length is cut into at most: fewer than S3 takes, to be on the safe side.
const PLANNED_PARTS: u64 = 9_000;
/// The smallest and the largest part that S3 takes.
const PART_SIZES: std::ops::RangeInclusive<u64> = 5 * MIB..=5 * GIB;
/// The part of a server-side copy: none of it passes through here, so it may be large.
const COPY_PART: u64 = 512 * MIB;

/// How content is cut, and how much of it is on its way at once. Clones share what they count.
#[derive(Clone)]
pub(in super::super) struct Limits {
    pub(in super::super) part_size: u64,
    pub(in super::super) concurrency: usize,
    pub(in super::super) attempts: u32,
    /// The largest object that is copied with one request.
    pub(in super::super) whole_copy: u64,
    pub(super) total: Arc<Semaphore>,
}

impl Limits {
    pub(in super::super) fn set_total(&mut self, parts: usize) {
        self.total = Arc::new(Semaphore::new(parts.clamp(1, Semaphore::MAX_PERMITS)));
    }

    pub(in super::super) fn check(&self) -> Result<()> {
        if PART_SIZES.contains(&self.part_size) {
            return Ok(());
        }
        Err(Error::invalid("the size of parts must be 5 MiB to 5 GiB"))
    }

    /// The size of the parts of content of this length, if that is known.
    pub(in super::super) fn part_size_for(&self, len: Option<u64>) -> Result<u64> {
        planned(len.unwrap_or(0), self.part_size)
    }

    /// The size of the parts in which an object of this length is copied.
    pub(super) fn copy_part_size_for(&self, len: u64) -> Result<u64> {
        planned(len, COPY_PART.min(self.whole_copy).max(*PART_SIZES.start()))
    }
}

fn planned(len: u64, least: u64) -> Result<u64> {
    let size = least.max(len.div_ceil(PLANNED_PARTS).next_multiple_of(MIB));
    if size > *PART_SIZES.end() {
        return Err(Error::new(ErrorKind::TooLarge, "S3 takes no object of this size"));
    }
    Ok(size)
}

impl Default for Limits {
    fn default() -> Self {
        let total = Arc::new(Semaphore::new(16));
        Self { part_size: 8 * MIB, concurrency: 4, attempts: 4, whole_copy: 5 * GIB, total }
    }
}

impl fmt::Debug for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limits")
            .field("part_size", &self.part_size)
            .field("concurrency", &self.concurrency)
            .field("attempts", &self.attempts)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_grow_so_that_there_are_not_too_many() {
        let limits = Limits::default();
        let size = |len| limits.part_size_for(Some(len));
        assert_eq!(limits.part_size_for(None).expect("fits"), 8 * MIB);
        assert_eq!(size(PLANNED_PARTS * 8 * MIB).expect("fits"), 8 * MIB);
        assert_eq!(size(PLANNED_PARTS * 8 * MIB + 1).expect("fits"), 9 * MIB);
        let largest = 5 * 1024 * GIB;
        assert!(largest.div_ceil(size(largest).expect("fits")) <= MOST_PARTS);
        assert_eq!(size(u64::MAX / 2).expect_err("no store has that").kind(), ErrorKind::TooLarge);
    }
}
