//! The Prometheus handler: what it counts, how it is written down, and what a real Prometheus makes of it.

mod formats;
mod numbers;
mod series;

use std::time::Duration;

use buckets::handlers::prometheus::Prometheus;
use buckets::telemetry::{Dispatcher, EventName, Scope, Span};
use buckets::testing::ManualClock;
use buckets::{Error, ErrorKind};

/// A handler at a dispatcher whose clock stands still.
struct Metered {
    metrics: Prometheus,
    dispatcher: Dispatcher,
    clock: ManualClock,
}

impl Metered {
    fn new() -> Self {
        Self::with(Prometheus::new())
    }

    fn with(metrics: Prometheus) -> Self {
        let clock = ManualClock::new();
        let dispatcher = Dispatcher::builder().clock(clock.clone()).build();
        metrics.attach(&dispatcher).expect("the first to be attached");
        Self { metrics, dispatcher, clock }
    }

    fn scope(&self, cloud: &str) -> Scope {
        Scope::new(self.dispatcher.clone(), cloud, "memory")
    }

    fn span(&self, scope: &Scope, name: &'static EventName, millis: u64) -> Span {
        let span = Span::start(scope, name);
        self.clock.advance(Duration::from_millis(millis));
        span
    }

    fn succeed(&self, scope: &Scope, name: &'static EventName, millis: u64) {
        self.span(scope, name, millis).succeed();
    }

    fn fail(&self, scope: &Scope, name: &'static EventName, millis: u64, kind: ErrorKind) {
        self.span(scope, name, millis).fail(&Error::new(kind, "it failed"));
    }

    /// The value of one series, as it is written down.
    #[track_caller]
    fn value(&self, series: &str) -> String {
        value(&self.metrics.render(), series)
    }

    #[track_caller]
    fn assert_all(&self, series: &[(&str, &str)]) {
        let page = self.metrics.render();
        for (series, expected) in series {
            assert_eq!(value(&page, series), *expected, "{series}");
        }
    }
}

#[track_caller]
fn value(page: &str, series: &str) -> String {
    find(page, series).unwrap_or_else(|| panic!("no {series} in\n{page}")).to_owned()
}

fn find<'a>(page: &'a str, series: &str) -> Option<&'a str> {
    page.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '))
}
