//! Numbers that many threads add to at once without getting in each other's way.

use std::cell::Cell;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// More shards than this take more memory than they save time.
const MOST_SHARDS: usize = 16;

/// As many shards as threads can run at once, as a power of two.
static SHARDS: LazyLock<usize> = LazyLock::new(|| {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    threads.next_power_of_two().min(MOST_SHARDS)
});

/// What a processor moves at once: two cache lines, because it fetches them in pairs.
#[repr(align(128))]
#[derive(Default)]
struct Line([AtomicU64; WORDS]);

const WORDS: usize = 16;

/// A row of numbers, each kept as one part per shard. Threads add to the part of their shard.
pub(super) struct Cells {
    lines: Box<[Line]>,
    lines_per_shard: usize,
}

impl Cells {
    pub(super) fn new(words: usize) -> Self {
        let lines_per_shard = words.div_ceil(WORDS);
        let lines = (0..lines_per_shard * *SHARDS).map(|_| Line::default()).collect();
        Self { lines, lines_per_shard }
    }

    /// The parts that the current thread adds to.
    pub(super) fn mine(&self) -> Part<'_> {
        let shards = self.lines.len() / self.lines_per_shard;
        let first = (thread_number() & (shards - 1)) * self.lines_per_shard;
        Part(&self.lines[first..first + self.lines_per_shard])
    }

    /// The whole number.
    pub(super) fn sum(&self, word: usize) -> u64 {
        let part = |shard: &[Line]| shard[word / WORDS].0[word % WORDS].load(Ordering::Relaxed);
        self.lines.chunks(self.lines_per_shard).map(part).fold(0, u64::wrapping_add)
    }
}

/// One shard's parts of a row of numbers.
#[derive(Clone, Copy)]
pub(super) struct Part<'a>(&'a [Line]);

impl Part<'_> {
    #[inline]
    pub(super) fn add(self, word: usize, amount: u64) {
        self.0[word / WORDS].0[word % WORDS].fetch_add(amount, Ordering::Relaxed);
    }
}

/// Threads are numbered as they come, so that the first few have shards of their own.
#[inline]
fn thread_number() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static NUMBER: Cell<Option<usize>> = const { Cell::new(None) };
    }
    NUMBER.with(|number| {
        number.get().unwrap_or_else(|| {
            let fresh = NEXT.fetch_add(1, Ordering::Relaxed);
            number.set(Some(fresh));
            fresh
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_all_threads_add_up() {
        let cells = Cells::new(WORDS + 1);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| (0..1_000).for_each(|_| cells.mine().add(WORDS, 2)));
            }
        });
        assert_eq!(cells.sum(WORDS), 16_000);
        assert_eq!((0..WORDS).map(|word| cells.sum(word)).sum::<u64>(), 0);
    }
}
