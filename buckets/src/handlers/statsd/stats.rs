use std::sync::atomic::{AtomicU64, Ordering};

/// What became of the measurements: each event is counted once, and each success timed once unless
/// sampling leaves it out. Of metrics of one's own each count and each value of a distribution is one.
///
/// After a [`flush`](super::StatsD::flush), `sent` and all that was dropped are together what was measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Measurements handed to the operating system, which may still lose them: UDP promises nothing.
    pub sent: u64,
    /// Times there was no room for.
    pub dropped_queue_full: u64,
    /// Measurements in a line that is too long for a datagram.
    pub dropped_too_large: u64,
    /// Measurements that the operating system did not take: the server is away, or slow.
    pub dropped_io: u64,
    /// What was measured after the end.
    pub dropped_closed: u64,
    /// Datagrams sent.
    pub packets: u64,
    /// Bytes in them.
    pub bytes: u64,
}

impl Stats {
    /// All that was dropped, for whatever reason.
    pub const fn dropped(&self) -> u64 {
        self.dropped_queue_full + self.dropped_too_large + self.dropped_io + self.dropped_closed
    }
}

/// The same while it is being counted.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) sent: AtomicU64,
    pub(super) queue_full: AtomicU64,
    pub(super) too_large: AtomicU64,
    pub(super) io: AtomicU64,
    pub(super) closed: AtomicU64,
    pub(super) packets: AtomicU64,
    pub(super) bytes: AtomicU64,
}

impl Tally {
    pub(super) fn read(&self) -> Stats {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Stats {
            sent: read(&self.sent),
            dropped_queue_full: read(&self.queue_full),
            dropped_too_large: read(&self.too_large),
            dropped_io: read(&self.io),
            dropped_closed: read(&self.closed),
            packets: read(&self.packets),
            bytes: read(&self.bytes),
        }
    }
}

pub(super) fn add(count: &AtomicU64, more: u64) {
    count.fetch_add(more, Ordering::Relaxed);
}
