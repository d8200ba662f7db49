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

    /// The whole number, of which parts were [added](Part::add_real) as floats.
    pub(super) fn real_sum(&self, word: usize) -> f64 {
        let part = |shard: &[Line]| f64::from_bits(shard[word / WORDS].0[word % WORDS].load(Ordering::Relaxed));
        self.lines.chunks(self.lines_per_shard).map(part).sum()
    }

    /// What was [set](Part::set_latest) last, and when; [`None`] if nothing was.
    pub(super) fn latest(&self, word: usize) -> Option<(u64, u64)> {
        let load = |shard: &[Line], word: usize| shard[word / WORDS].0[word % WORDS].load(Ordering::Relaxed);
        let shards = self.lines.chunks(self.lines_per_shard).map(|shard| (load(shard, word), load(shard, word + 1)));
        shards.max_by_key(|(when, _)| *when).filter(|(when, _)| *when > 0)
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

    /// Adds to a number that is kept as the bits of a float, which is to be read as a
    /// [`real_sum`](Cells::real_sum).
    pub(super) fn add_real(self, word: usize, amount: f64) {
        let sum = &self.0[word / WORDS].0[word % WORDS];
        let add = |bits| Some((f64::from_bits(bits) + amount).to_bits());
        // Threads of one shard are few, so this does not have to try often. It never gives up.
        let _ = sum.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }

    /// Sets `value`, which is from the moment `when`, beyond zero. It takes two words. Of two threads of one
    /// shard that do so at the same moment either may win.
    pub(super) fn set_latest(self, word: usize, when: u64, value: u64) {
        self.0[word / WORDS].0[word % WORDS].store(when, Ordering::Relaxed);
        self.0[(word + 1) / WORDS].0[(word + 1) % WORDS].store(value, Ordering::Relaxed);
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

    #[test]
    fn floats_add_up_and_the_latest_value_wins() {
        let cells = Cells::new(3);
        assert_eq!(cells.latest(1), None);
        std::thread::scope(|scope| {
            for thread in 1..=8 {
                let cells = &cells;
                scope.spawn(move || {
                    (0..1_000).for_each(|_| cells.mine().add_real(0, 0.5));
                    cells.mine().set_latest(1, thread, thread * 10);
                });
            }
        });
        assert_eq!(cells.real_sum(0), 4_000.0);
        // Threads that share a shard overwrite each other in any order, but the others stay.
        assert!(cells.latest(1).is_some_and(|(when, _)| when >= 1));
        cells.mine().set_latest(1, 9, 90);
        assert_eq!(cells.latest(1), Some((9, 90)));
    }
}
