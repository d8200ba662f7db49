use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use buckets::operation::{Op, OperationKind};
use tower_layer::Layer;

use super::dice::Dice;
use super::{Chaos, Fault};

/// Lets calls go wrong, at random and yet the same way each time: for tests of what is above.
///
/// Each fault has a rate from 0 to 1 and befalls all operations, or [some](Self::only). Of several
/// that would befall a call the first that was told of does. What befalls a call follows from the
/// seed, and from how many calls there were before it: tests that call one after the other see the
/// same each time.
///
/// ```
/// use buckets::adapter::Memory;
/// use buckets::{Cloud, ErrorKind, Upload};
/// use buckets_tower::testing::{ChaosLayer, Fault};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let chaos = ChaosLayer::new(7).fault(Fault::Error(ErrorKind::Unavailable), 0.25);
/// let cloud = Cloud::builder("uploads", Memory::new()).layer(chaos.clone()).build();
/// let mut failed = 0;
/// for _ in 0..1000 {
///     failed += u64::from(cloud.insert(Upload::from_bytes("a.txt", "content")).await.is_err());
/// }
/// assert!(failed > 200 && failed < 300 && failed == chaos.faults());
///
/// chaos.pause();
/// cloud.insert(Upload::from_bytes("a.txt", "content")).await?;
/// # Ok::<(), buckets::Error>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Latency needs a tokio runtime with timers. Readiness and drops pass through. Clones, and the
/// services they make, are one: they share the number of the call.
#[derive(Clone)]
pub struct ChaosLayer {
    rules: Vec<Rule>,
    plan: Arc<Plan>,
}

#[derive(Clone, Debug)]
pub(super) struct Rule {
    fault: Fault,
    rate: f64,
    only: Option<Vec<OperationKind>>,
}

#[derive(Debug)]
struct Plan {
    seed: u64,
    calls: AtomicU64,
    faults: AtomicU64,
    paused: AtomicBool,
}

impl ChaosLayer {
    /// Lets nothing go wrong yet.
    pub fn new(seed: u64) -> Self {
        let plan = Plan { seed, calls: AtomicU64::new(0), faults: AtomicU64::new(0), paused: AtomicBool::new(false) };
        Self { rules: Vec::new(), plan: Arc::new(plan) }
    }

    /// Lets `fault` befall calls at this rate, 0 for none to 1 for all.
    pub fn fault(mut self, fault: Fault, rate: f64) -> Self {
        self.rules.push(Rule { fault, rate, only: None });
        self
    }

    /// Lets the fault that was told of last befall only these operations.
    pub fn only(mut self, operations: impl IntoIterator<Item = OperationKind>) -> Self {
        if let Some(rule) = self.rules.last_mut() {
            rule.only = Some(operations.into_iter().collect());
        }
        self
    }

    /// Lets all go well until [`resume`](Self::resume).
    pub fn pause(&self) {
        self.plan.paused.store(true, Ordering::Relaxed);
    }

    /// Lets things go wrong again.
    pub fn resume(&self) {
        self.plan.paused.store(false, Ordering::Relaxed);
    }

    /// How many calls a fault befell so far. One of content counts though the content may have
    /// ended before it.
    pub fn faults(&self) -> u64 {
        self.plan.faults.load(Ordering::Relaxed)
    }

    /// The seed.
    pub fn seed(&self) -> u64 {
        self.plan.seed
    }

    /// What befalls the next call, and dice for how exactly.
    pub(super) fn next(&self, op: &Op) -> Option<(Fault, Dice)> {
        if self.plan.paused.load(Ordering::Relaxed) {
            return None;
        }
        let mut dice = Dice::new(self.plan.seed, self.plan.calls.fetch_add(1, Ordering::Relaxed));
        let rule = self.rules.iter().find(|rule| rule.befalls(op, &mut dice))?;
        self.plan.faults.fetch_add(1, Ordering::Relaxed);
        Some((rule.fault, dice))
    }
}

impl Rule {
    fn befalls(&self, op: &Op, dice: &mut Dice) -> bool {
        // Drawn whether needed or not, so that one rule does not change what others do.
        let hits = dice.ratio() < self.rate;
        let is_meant = self.only.as_ref().is_none_or(|only| op.kind().is_some_and(|kind| only.contains(&kind)));
        hits && is_meant && (!self.fault.is_of_content() || matches!(op, Op::Put(_) | Op::Get(_)))
    }
}

impl<S> Layer<S> for ChaosLayer {
    type Service = Chaos<S>;

    fn layer(&self, inner: S) -> Chaos<S> {
        Chaos::new(inner, self.clone())
    }
}

impl fmt::Debug for ChaosLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChaosLayer").field("seed", &self.plan.seed).field("rules", &self.rules).finish_non_exhaustive()
    }
}
