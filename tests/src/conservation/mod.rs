//! Whether all that begins ends once and as it was seen to, whatever happens in between.
//!
//! A run is a number of episodes. Each puts up a random stack over a store that pauses at every
//! await point, lets a random part of the calls go wrong, and makes many calls at once, of which
//! some are dropped after so many polls, and some of the bodies. What a caller saw is compared with
//! what was told of the call; at the end nothing may be in flight, no permit missing, and a stack
//! that is left in peace must work.
//!
//! In most episodes one thread makes the calls, on a clock that stands still while there is
//! something to do: the same seed does the same again. In the others several threads share the
//! stack.

mod audit;
mod bottom;
mod clock;
mod cut;
mod episode;
mod request;
mod seen;
mod stack;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use buckets::store::BoxStore;

use crate::random::Random;

/// What a run does.
#[derive(Clone)]
pub struct Options {
    /// How many operations, at least.
    pub operations: u64,
    /// What follows from which stacks, calls and faults.
    pub seed: u64,
    /// How many episodes go on at once, and how many threads share the stack of some.
    pub threads: u64,
    /// What to put into every stack, to see whether it is found; below the observed part of the
    /// stack, or above.
    pub intruder: Option<Intruder>,
}

/// A layer that is put into every stack.
#[derive(Clone)]
pub enum Intruder {
    /// Between the outermost telemetry layer and the rest.
    Below(Wrap),
    /// Above all.
    Above(Wrap),
}

/// Puts a layer around a stack.
pub type Wrap = Arc<dyn Fn(BoxStore) -> BoxStore + Send + Sync>;

/// What came of a run. Displays as one line.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// How many operations there were.
    pub operations: u64,
    /// How many events told of a beginning.
    pub starts: u64,
    /// How many told of an end.
    pub ends: u64,
    /// How many operations, in the end, had begun and not ended.
    pub in_flight: u64,
    /// What was wrong; the first of each episode.
    pub violations: Vec<Violation>,
}

/// Something that must not be.
#[derive(Clone, Debug)]
pub struct Violation {
    /// The seed that does the episode again, as the only one of a run.
    pub seed: u64,
    /// What was wrong, and in which stack.
    pub what: String,
}

/// The operations of one episode.
const EPISODE: u64 = 500;

/// Makes `options.operations` calls or more and says what came of it.
///
/// # Panics
/// If the harness itself fails.
pub fn run(options: &Options) -> Outcome {
    let episodes = options.operations.div_ceil(EPISODE).max(1);
    let next = AtomicU64::new(0);
    let work = || {
        let mut outcome = Outcome::default();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= episodes {
                return outcome;
            }
            let operations = EPISODE.min(options.operations - number * EPISODE);
            outcome.add(episode::run(options, seed_of(options.seed, number), operations));
        }
    };
    std::thread::scope(|threads| {
        let workers: Vec<_> = (0..options.threads).map(|_| threads.spawn(work)).collect();
        let mut all = Outcome::default();
        workers.into_iter().for_each(|worker| all.add(worker.join().expect("the harness does not panic")));
        all
    })
}

/// The first episode has the seed of the run, so that a run of one does it again.
fn seed_of(seed: u64, number: u64) -> u64 {
    if number == 0 { seed } else { Random::new(seed ^ number.rotate_left(32)).next_u64() }
}

impl Outcome {
    fn add(&mut self, other: Self) {
        self.operations += other.operations;
        self.starts += other.starts;
        self.ends += other.ends;
        self.in_flight += other.in_flight;
        self.violations.extend(other.violations);
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { operations, starts, ends, in_flight, violations } = self;
        let violations = violations.len();
        write!(f, "operations={operations} starts={starts} ends={ends} in_flight={in_flight} violations={violations}")
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("operations", &self.operations)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Intruder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Intruder")
    }
}
