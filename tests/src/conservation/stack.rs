use std::time::Duration;

use buckets::cost::{self, Ledger, Period, Tariff, Usd, sheets};
use buckets::handlers::sentry::Sentry;
use buckets::store::{BoxStore, Store};
use buckets::telemetry::Ratio;
use buckets::{BoxError, ErrorKind, Key};
use buckets_tower::limit::{CircuitBreaker, Concurrency, LimitLayer, LoadShedLayer, Rate};
use buckets_tower::retry::{Backoff, Budget, RetryPolicy};
use buckets_tower::testing::{ChaosLayer, Fault};
use buckets_tower::{
    CostLayer, DeadlineLayer, PrefixLayer, ResumeLayer, RetryLayer, SamplingLayer, SentryLayer, TelemetryLayer,
    TimeoutLayer, ValidateLayer,
};
use tower::{Layer, ServiceExt};

use super::bottom::Bottom;
use super::{Intruder, Options};
use crate::random::Random;

/// A random stack, and what must be true of it in the end.
pub(super) struct Stack {
    pub(super) store: BoxStore,
    pub(super) bottom: Bottom,
    pub(super) chaos: ChaosLayer,
    pub(super) limits: Vec<Concurrency>,
    pub(super) budgets: Vec<Budget>,
    /// What attempts cost, and the money for that.
    pub(super) ledgers: Vec<(Ledger, cost::Budget)>,
    /// The most attempts that an operation may tell of.
    pub(super) max_attempts: u32,
    /// From the bottom to the top.
    pub(super) layers: Vec<&'static str>,
}

const MILLI: Duration = Duration::from_millis(1);
/// How many attempts a layer makes at most beyond the first.
const MORE_ATTEMPTS: u32 = 2;
/// Tokens of a budget for retries.
const TOKENS: u32 = 5;

impl Stack {
    pub(super) fn any(random: &mut Random, options: &Options) -> Self {
        let bottom = Bottom::new();
        let chaos = any_chaos(random);
        let mut stack = Self {
            store: boxed(chaos.layer(bottom.clone())),
            bottom,
            chaos,
            limits: Vec::new(),
            budgets: Vec::new(),
            ledgers: Vec::new(),
            max_attempts: 0,
            layers: Vec::new(),
        };
        for _ in 0..random.below(8) {
            stack.add_any(random);
        }
        if let Some(Intruder::Below(wrap)) = &options.intruder {
            stack.store = wrap(stack.store);
        }
        stack.add("telemetry", TelemetryLayer::new());
        if let Some(Intruder::Above(wrap)) = &options.intruder {
            stack.store = wrap(stack.store);
        }
        stack
    }

    fn add_any(&mut self, random: &mut Random) {
        match random.below(18) {
            0 => self.add("telemetry", TelemetryLayer::new()),
            1 => self.add("deadline", DeadlineLayer::new(8 * MILLI)),
            2 => self.add("timeout", TimeoutLayer::new(4 * MILLI).idle(2 * MILLI)),
            3 | 4 => {
                let policy = self.policy(random);
                self.add("retry", RetryLayer::new(policy));
            }
            5 => {
                let policy = self.policy(random);
                self.add("resume", ResumeLayer::new(policy));
            }
            6 | 7 => {
                let limit = Concurrency::new(1 + random.below(4) as usize);
                let limit = if random.below(2) == 0 { limit } else { limit.max_waiting(random.below(3) as usize) };
                self.limits.push(limit.clone());
                self.add("concurrency", LimitLayer::new(limit));
            }
            8 => self.add("rate", LimitLayer::new(Rate::new(8, MILLI))),
            9 => self.add("circuit", LimitLayer::new(CircuitBreaker::new().cool_down(2 * MILLI))),
            10 => self.add("load shed", LoadShedLayer::new()),
            11 => self.add("prefix", PrefixLayer::new(Key::new("tenant").expect("valid"))),
            12 => self.add("validate", ValidateLayer::new().max_size(30)),
            13 => self.add("sentry", SentryLayer::new(Sentry::new())),
            14 => self.add("sampling", SamplingLayer::new(Ratio::new(0.5))),
            15 => {
                let tariff = Tariff::new(sheets::AWS_S3_EXPRESS_ONE_ZONE_US_EAST_1.accept_unconfirmed());
                let (ledger, budget) =
                    (Ledger::new(), cost::Budget::new(Usd::from_dollars(1), Period::Every(Duration::MAX)));
                let layer = CostLayer::new(&ledger, &tariff).budget(budget.clone());
                self.ledgers.push((ledger, budget));
                self.add("cost", layer);
            }
            16 => self.add("tower's timeout", tower::timeout::TimeoutLayer::new(4 * MILLI)),
            _ => self.add("tower's limit", tower::limit::ConcurrencyLimitLayer::new(1 + random.below(4) as usize)),
        }
    }

    fn policy(&mut self, random: &mut Random) -> RetryPolicy {
        // What one layer makes of an attempt is one more to the layer above.
        self.max_attempts = self.max_attempts.max(1) + MORE_ATTEMPTS;
        let budget = Budget::new(TOKENS);
        self.budgets.push(budget.clone());
        let backoff = Backoff::exponential(MILLI, 2 * MILLI);
        let policy = RetryPolicy::new().max_attempts(1 + MORE_ATTEMPTS).backoff(backoff).budget(budget);
        policy.seed(random.next_u64())
    }

    fn add<L>(&mut self, name: &'static str, layer: L)
    where
        L: Layer<BoxStore>,
        L::Service: Store,
    {
        self.layers.push(name);
        self.store = boxed(layer.layer(self.store.clone()));
    }
}

fn boxed(store: impl Store) -> BoxStore {
    BoxStore::new(store.map_err(|error| -> BoxError { error.into() }))
}

fn any_chaos(random: &mut Random) -> ChaosLayer {
    let kinds = [ErrorKind::Unavailable, ErrorKind::Timeout, ErrorKind::NotFound, ErrorKind::PermissionDenied];
    let mut kind = || kinds[random.below(kinds.len() as u64) as usize];
    let (error, lost, content) = (kind(), kind(), kind());
    ChaosLayer::new(random.next_u64())
        .fault(Fault::Error(error), 0.1)
        .fault(Fault::AnswerLost(lost), 0.05)
        .fault(Fault::Latency(Duration::ZERO, 3 * MILLI), 0.05)
        .fault(Fault::Hang, 0.01)
        .fault(Fault::Panic, 0.03)
        .fault(Fault::Truncated, 0.05)
        .fault(Fault::Corrupted, 0.02)
        .fault(Fault::ContentError(content), 0.05)
        .fault(Fault::ContentHang, 0.01)
        .fault(Fault::ContentPanic, 0.03)
}
