//! What is sent to StatsD servers: to the original one, and to sockets that are slow, full and dead.

mod datagrams;
mod lines;
mod server;

use buckets::handlers::statsd::{StatsD, StatsDBuilder};
use buckets::telemetry::{Dispatcher, EventName, Outcome, Scope, Span};
use buckets::testing::ManualClock;
use buckets::{Error, ErrorKind};
use std::time::Duration;

static INSERT: EventName = EventName::new("buckets.cloud.insert");
static RETRY: EventName = EventName::new("buckets.adapter.put.retry");

const PATIENCE: Duration = Duration::from_secs(60);

/// Something to measure, with a clock that only moves when told.
struct Measured {
    statsd: StatsD,
    clock: ManualClock,
    scope: Scope,
}

impl Measured {
    fn by(start: impl FnOnce(StatsDBuilder) -> buckets::Result<StatsD>) -> Self {
        let clock = ManualClock::new();
        let dispatcher = Dispatcher::builder().clock(clock.clone()).build();
        // The interval is not what ends a test: each flushes.
        let statsd = start(StatsD::builder().interval(Duration::from_secs(3600))).expect("a socket");
        statsd.attach(&dispatcher).expect("the first");
        Self { statsd, clock, scope: Scope::new(dispatcher, "uploads", "volume") }
    }

    fn insert(&self, millis: u64, bytes: u64, end: impl FnOnce(Span)) {
        let mut span = Span::start(&self.scope, &INSERT);
        span.add_bytes(bytes);
        self.clock.advance(Duration::from_millis(millis));
        end(span);
    }

    /// What becomes of operations: successes, failures of two kinds, expected errors, callers that leave.
    fn script(&self) {
        (0..90).for_each(|n| self.insert(n, 10, Span::succeed));
        (0..7).for_each(|_| self.insert(500, 3, |span| span.fail(&Error::new(ErrorKind::Timeout, "late"))));
        (0..3).for_each(|_| self.insert(1, 0, |span| span.fail(&Error::invalid("no"))));
        (0..4).for_each(|_| self.insert(1, 0, |span| span.end(Outcome::Expected(ErrorKind::AlreadyExists), None)));
        (0..2).for_each(|_| self.insert(1, 1, drop));
        self.scope.point(&RETRY, Default::default, &[]);
    }

    fn flush(&self) {
        assert!(self.statsd.flush(PATIENCE), "the sender is stuck: {:?}", self.statsd);
    }
}
