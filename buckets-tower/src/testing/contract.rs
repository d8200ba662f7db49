use std::fmt;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use buckets::Key;
use buckets::operation::{Head, Request};
use buckets::store::Store;
use futures_util::FutureExt;
use tower_layer::Layer;
use tower_service::Service;

use super::rules::{self, Bench, Rule};
use super::{Probe, Report, Script};

/// Counts the allocations of what it runs, such as `|work|
/// allocation_counter::measure(work).count_total`.
pub type Measure = fn(&mut dyn FnMut()) -> u64;

/// The rules for a stack; see the [module](super).
///
/// Needs a tokio runtime with timers. With its time paused (`start_paused = true`), layers that wait
/// for a time cost none, and a call that hangs is found at once.
pub struct Contract<M> {
    make: M,
    allocations: Option<(Measure, u64, u64)>,
    time_limit: Duration,
}

impl Contract<()> {
    /// The name of every rule.
    pub const RULES: &'static [&'static str] = rules::NAMES;
}

impl<M, S> Contract<M>
where
    M: Fn(Probe) -> S,
    S: Store,
{
    /// The rules for what `make` puts around a probe. Each rule gets a stack of its own.
    pub fn of(make: M) -> Self {
        Self { make, allocations: None, time_limit: Duration::from_secs(60) }
    }

    /// Has allocations counted too: on top of the probe's, a call may allocate `calls` times, and one
    /// that answers with a body `bodies` times, from the second time on.
    pub fn allocating(mut self, measure: Measure, calls: u64, bodies: u64) -> Self {
        self.allocations = Some((measure, calls, bodies));
        self
    }

    /// How long one rule may take; a minute unless set.
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = limit;
        self
    }

    /// Checks each rule.
    pub async fn check(&self) -> Report {
        let mut report = Report::default();
        for (name, rule) in rules::all::<S>() {
            report.push(name, self.judge(rule).await);
        }
        if let Some((measure, calls, bodies)) = self.allocations {
            let kept = rules::allocates(&self.bench(), measure, calls, bodies);
            report.push("costs.allocations_are_as_said", kept);
        }
        report
    }

    async fn judge(&self, rule: Rule<S>) -> Result<(), String> {
        let bench = self.bench();
        let script = bench.script.clone();
        let checked = tokio::time::timeout(self.time_limit, AssertUnwindSafe(rule(bench)).catch_unwind()).await;
        // A breach says more than what came of it.
        if let Some(breach) = script.broken().first() {
            return Err(format!("the service below was {breach}"));
        }
        match checked {
            Ok(Ok(kept)) => kept,
            Ok(Err(_)) => Err("it panicked".to_owned()),
            Err(_) => Err(format!("it hung, or took longer than {:?}", self.time_limit)),
        }
    }

    fn bench(&self) -> Bench<S> {
        let script = Script::default();
        Bench { service: (self.make)(Probe::new(&script)), script }
    }
}

impl<M> fmt::Debug for Contract<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contract").field("time_limit", &self.time_limit).finish_non_exhaustive()
    }
}

/// Asks at compile time for the traits that a layer, its service and its future must have, and looks
/// whether one of them shows the key of a request.
///
/// # Panics
/// If `Debug` shows a key, or nothing.
#[track_caller]
pub fn assert_traits<L>(layer: &L)
where
    L: Layer<Probe> + Clone + fmt::Debug + Send + Sync + 'static,
    L::Service: Store + fmt::Debug,
    <L::Service as Service<Request>>::Future: Future + fmt::Debug,
{
    let secret = "canary-of-the-contract";
    let Ok(key) = Key::new(secret) else { unreachable!("it is a plain key") };
    let mut service = layer.layer(Probe::default());
    let Some(Ok(())) =
        std::future::poll_fn(|context| service.poll_ready(context)).map(|ready| ready.map_err(drop)).now_or_never()
    else {
        panic!("a layer over a service that is ready should be ready");
    };
    let service_before = format!("{service:?}");
    let future = service.call(Request::new(Head::new(key)));
    for shown in [format!("{layer:?}"), service_before, format!("{service:?}"), format!("{future:?}")] {
        assert!(!shown.is_empty() && !shown.contains(secret), "`Debug` shows a key, or nothing: {shown}");
    }
}
