//! Interleaved rounds, medians, allocations.

use std::array;
use std::hint::black_box;
use std::time::{Duration, Instant};

use buckets_benches::median;
use tokio::runtime::Runtime;

/// A piece of code to measure; code that is compared is given to [`Bench::measure`] together.
pub(crate) struct Case<'a> {
    run: Box<dyn FnMut(u64) + 'a>,
}

impl<'a> Case<'a> {
    pub(crate) fn new<T>(mut body: impl FnMut() -> T + 'a) -> Self {
        let run = move |times| {
            for _ in 0..times {
                black_box(body());
            }
        };
        Self { run: Box::new(run) }
    }

    /// Runs it as often on each of so many threads at once: a nanosecond here is one of each thread.
    pub(crate) fn on_threads(threads: usize, body: impl Fn() + Sync + 'a) -> Self {
        let run = move |times| {
            let each = || (0..times).for_each(|_| body());
            std::thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(each))));
        };
        Self { run: Box::new(run) }
    }

    pub(crate) fn future<T>(runtime: &'a Runtime, mut body: impl AsyncFnMut() -> T + 'a) -> Self {
        let run = move |times| {
            runtime.block_on(async {
                for _ in 0..times {
                    black_box(body().await);
                }
            });
        };
        Self { run: Box::new(run) }
    }
}

/// How thoroughly to measure, and the runtime that polls futures.
pub(crate) struct Bench {
    pub(crate) runtime: Runtime,
    rounds: usize,
    round: Duration,
    counted: u64,
}

impl Bench {
    /// Short rounds, so that few are interrupted, and many of them, so that those do not matter.
    pub(crate) fn thorough() -> Self {
        Self { runtime: runtime(), rounds: 201, round: Duration::from_millis(1), counted: 1000 }
    }

    /// Runs everything once or so; the figures mean nothing.
    pub(crate) fn quick() -> Self {
        Self { runtime: runtime(), rounds: 1, round: Duration::ZERO, counted: 1 }
    }

    /// Measures `cases` in turns.
    pub(crate) fn measure<const N: usize>(&self, mut cases: [Case<'_>; N]) -> [Figure; N] {
        // Counting first warms up, too.
        let allocations = cases.each_mut().map(|case| self.allocations(case));
        let mut rounds: [_; N] = array::from_fn(|_| Vec::with_capacity(self.rounds));
        // The counter takes about 1.5 ns of each allocation even so: a few percent of a peer that allocates a lot.
        allocation_counter::opt_out(|| {
            let times = cases.each_mut().map(|case| self.iterations(case));
            for round in 0..self.rounds {
                for turn in 0..N {
                    // Each in its turn comes first, so that none always follows the same neighbour.
                    let index = (round + turn) % N;
                    let took = time(&mut cases[index], times[index]);
                    rounds[index].push(took.as_nanos() as f64 / times[index] as f64);
                }
            }
        });
        let mut rounds = rounds.into_iter();
        allocations.map(|allocations| Figure { rounds: rounds.next().unwrap_or_default(), allocations })
    }

    fn allocations(&self, case: &mut Case<'_>) -> f64 {
        (case.run)(self.counted);
        let counted = allocation_counter::measure(|| (case.run)(self.counted));
        counted.count_total as f64 / self.counted as f64
    }

    /// How often to run `case` to fill a round.
    fn iterations(&self, case: &mut Case<'_>) -> u64 {
        let mut times = 1;
        while time(case, times) < self.round {
            times *= 2;
        }
        times
    }
}

fn time(case: &mut Case<'_>, times: u64) -> Duration {
    let start = Instant::now();
    (case.run)(times);
    start.elapsed()
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime with timers only needs nothing")
}

/// What was measured of one case, per run of its body.
#[derive(Clone)]
pub(crate) struct Figure {
    rounds: Vec<f64>,
    /// Allocations, reallocations included.
    pub(crate) allocations: f64,
}

impl Figure {
    /// The median round, in nanoseconds.
    pub(crate) fn nanos(&self) -> f64 {
        median(self.rounds.iter().copied())
    }

    /// What this took more than `bare`, round by round: what slowed one down mostly slowed both.
    pub(crate) fn added_to(&self, bare: &Self) -> Self {
        self.combine(bare, |with, without| with - without)
    }

    /// A share of this.
    pub(crate) fn divided_by(&self, parts: f64) -> Self {
        self.combine(self, |nanos, _| nanos / parts)
    }

    /// This, slowed by as much as what took `before` and then took `after`.
    pub(crate) fn slowed_as(&self, before: &Self, after: &Self) -> Self {
        let factor = after.nanos() / before.nanos();
        self.combine(self, |nanos, _| nanos * factor)
    }

    fn combine(&self, other: &Self, combine: impl Fn(f64, f64) -> f64) -> Self {
        let rounds = self.rounds.iter().zip(&other.rounds).map(|(a, b)| combine(*a, *b)).collect();
        Self { rounds, allocations: combine(self.allocations, other.allocations) }
    }
}
