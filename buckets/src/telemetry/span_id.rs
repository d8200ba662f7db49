use std::cell::Cell;
use std::fmt;
use std::num::NonZeroU64;
use std::sync::atomic::{AtomicU64, Ordering};

/// The number of a span, unique within the process: pairs an operation's start with its end, and a
/// span with its parent.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SpanId(NonZeroU64);

/// Threads take ids in blocks, so that they do not contend for one counter.
const BLOCK: u64 = 1 << 12;
static NEXT_BLOCK: AtomicU64 = AtomicU64::new(0);

thread_local! {
    static NEXT: Cell<u64> = const { Cell::new(0) };
}

impl SpanId {
    /// The next id.
    pub(crate) fn next() -> Self {
        // During the destruction of a thread's locals a block of its own per id does as well.
        let id = NEXT.try_with(|next| {
            let id = match next.get() {
                id if id % BLOCK == 0 => new_block(),
                id => id,
            };
            next.set(id + 1);
            id
        });
        Self(NonZeroU64::new(id.unwrap_or_else(|_| new_block())).unwrap_or(NonZeroU64::MIN))
    }

    /// The number.
    pub const fn get(self) -> u64 {
        self.0.get()
    }
}

/// The first id of a fresh block. Blocks begin at 1 past a multiple of [`BLOCK`], so that a
/// multiple marks the end of one, and zero is never an id.
fn new_block() -> u64 {
    NEXT_BLOCK.fetch_add(1, Ordering::Relaxed) * BLOCK + 1
}

impl fmt::Display for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SpanId({})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::SpanId;
    use std::collections::HashSet;

    #[test]
    fn ids_are_unique_across_threads_and_blocks() {
        let threads: Vec<_> =
            (0..4).map(|_| std::thread::spawn(|| (0..10_000).map(|_| SpanId::next()).collect::<Vec<_>>())).collect();
        let ids: Vec<_> = threads.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect();
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len());
    }
}
