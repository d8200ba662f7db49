use std::sync::Mutex;

use super::*;
use crate::error::{Error, ErrorKind};
use crate::telemetry::{EventName, Outcome, Scope, Span, Status};
use crate::testing::ManualClock;

static PUT: EventName = EventName::new("buckets.adapter.put");
static GET: EventName = EventName::new("buckets.adapter.get");

const SECOND: Duration = Duration::from_secs(1);

struct Monitored {
    performance: Performance,
    clock: ManualClock,
    scope: Scope,
    told: Arc<Mutex<Vec<Alert>>>,
}

impl Monitored {
    fn new(settings: impl FnOnce(PerformanceBuilder) -> PerformanceBuilder) -> Self {
        let clock = ManualClock::new();
        let dispatcher = Dispatcher::builder().clock(clock.clone()).build();
        let told = Arc::<Mutex<Vec<Alert>>>::default();
        let log = Arc::clone(&told);
        let performance = settings(Performance::builder())
            .on_alert(move |alert| log.lock().expect("no panic").push(alert.clone()))
            .build();
        performance.attach(&dispatcher).expect("the first");
        Self { performance, clock, scope: Scope::new(dispatcher, "uploads", "volume"), told }
    }

    /// One operation that takes so long.
    fn operation(&self, name: &'static EventName, duration: Duration, bytes: u64, end: impl FnOnce(Span)) {
        let mut span = Span::start(&self.scope, name);
        span.add_bytes(bytes);
        self.clock.advance(duration);
        end(span);
    }

    fn put(&self, duration: Duration) {
        self.operation(&PUT, duration, 0, Span::succeed);
    }

    fn told(&self) -> Vec<Alert> {
        std::mem::take(&mut self.told.lock().expect("no panic"))
    }
}

#[test]
fn the_average_is_of_the_last_hundred() {
    let monitored = Monitored::new(|builder| builder);
    for seconds in 1..=4 {
        monitored.put(SECOND * seconds);
    }
    let average = |monitored: &Monitored| {
        monitored.performance.snapshot().get("volume", "put").expect("there is one").rolling_average
    };
    assert_eq!(average(&monitored), Some(Duration::from_millis(2500)));
    for _ in 0..100 {
        monitored.put(SECOND);
    }
    assert_eq!(average(&monitored), Some(SECOND));
}

#[test]
fn outcomes_are_apart() {
    let monitored = Monitored::new(|builder| builder);
    monitored.operation(&GET, SECOND, 10, Span::succeed);
    monitored.operation(&GET, SECOND * 2, 3, |span| span.fail(&Error::invalid("no")));
    monitored.operation(&GET, SECOND * 3, 0, |span| span.end(Outcome::Expected(ErrorKind::NotFound), None));
    monitored.operation(&GET, SECOND * 4, 1, drop);
    let snapshot = monitored.performance.snapshot();
    let get = snapshot.get("volume", "get").expect("there is one");
    let totals = Totals { succeeded: 1, expected: 1, failed: 1, cancelled: 1, bytes: 14 };
    assert_eq!(get.totals, totals);
    assert_eq!((get.succeeded.count, get.failed.count), (1, 1));
    assert_eq!((get.in_flight, get.most_in_flight), (0, 1));
    assert_eq!(get.rolling_average, Some(SECOND));
    let table = snapshot.to_string();
    assert_eq!(table.lines().count(), 2, "{table}");
    assert!(table.lines().nth(1).is_some_and(|row| row.starts_with("volume   get") && row.contains("1.0s")), "{table}");
}

#[test]
fn slow_is_what_takes_longer_than_its_size_allows() {
    let monitored = Monitored::new(|builder| {
        builder.slow_after(SECOND * 5).slow_after_for("get", SECOND * 2).slowest_transfer(1_000)
    });
    monitored.put(SECOND * 5);
    monitored.operation(&PUT, SECOND * 8, 3_000, Span::succeed);
    assert_eq!(monitored.told(), []);
    monitored.operation(&GET, SECOND * 4, 1_000, |span| span.fail(&Error::invalid("no")));
    let told = monitored.told();
    let [Alert::Slow(slow)] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!((slow.duration, slow.limit, slow.bytes), (SECOND * 4, SECOND * 3, Some(1_000)));
    assert_eq!((&*slow.cloud, slow.status, slow.suppressed), ("uploads", Status::Error, 0));
    assert_eq!(told[0].to_string(), "slow get on volume: 4.0s, more than 3.0s for 1000 bytes");
}

#[test]
fn slow_operations_are_told_of_once_in_a_while() {
    let monitored = Monitored::new(|builder| builder.slow_after(SECOND).quiet_period(SECOND * 60));
    for _ in 0..10 {
        monitored.put(SECOND * 2);
    }
    assert_eq!(monitored.told().len(), 1);
    monitored.clock.advance(SECOND * 60);
    monitored.put(SECOND * 2);
    let told = monitored.told();
    assert!(matches!(told.as_slice(), [Alert::Slow(Slow { suppressed: 9, .. })]), "{told:?}");
}

#[test]
fn what_never_ends_is_found_once() {
    let monitored = Monitored::new(|builder| builder.overdue_after(SECOND * 30));
    let span = Span::start(&monitored.scope, &PUT);
    monitored.clock.advance(SECOND * 30);
    assert_eq!(monitored.performance.check(), []);
    monitored.clock.advance(SECOND);
    let alerts = monitored.performance.check();
    let [Alert::Overdue(overdue)] = alerts.as_slice() else { panic!("{alerts:?}") };
    assert_eq!((overdue.running, Some(overdue.span_id)), (SECOND * 31, span.id()));
    assert_eq!(monitored.told(), alerts, "who is to be told of alerts hears of these, too");
    assert_eq!(monitored.performance.check(), []);
    assert_eq!(monitored.performance.snapshot().get("volume", "put").map(|put| put.in_flight), Some(1));
    drop(span);
    assert_eq!(monitored.performance.snapshot().get("volume", "put").map(|put| put.in_flight), Some(0));
}

#[test]
fn what_gets_slower_than_usual_is_told_and_its_end() {
    let monitored = Monitored::new(|builder| builder.degraded(3.0, 20).window(SECOND * 60));
    let millis = Duration::from_millis;
    let twenty = |duration| (0..20).for_each(|_| monitored.put(duration));
    let kinds = || -> Vec<_> { monitored.performance.check().iter().map(|alert| alert.to_string()).collect() };
    twenty(millis(10));
    assert!(kinds().is_empty(), "this is what is usual");
    monitored.clock.advance(SECOND * 70);
    twenty(millis(25));
    assert!(kinds().is_empty(), "not three times as long");
    monitored.clock.advance(SECOND * 70);
    twenty(millis(100));
    let told = kinds();
    assert!(told.len() == 1 && told[0].starts_with("put on volume is slower than usual: p95 is 10"), "{told:?}");
    assert!(kinds().is_empty(), "told once");
    monitored.clock.advance(SECOND * 70);
    twenty(millis(25));
    assert!(kinds().is_empty(), "still more than halfway to the limit");
    assert!(monitored.performance.snapshot().get("volume", "put").is_some_and(|put| put.is_degraded));
    monitored.clock.advance(SECOND * 70);
    twenty(millis(10));
    let told = kinds();
    assert!(told.len() == 1 && told[0].contains("as fast as usual again"), "{told:?}");
    monitored.clock.advance(SECOND * 70);
    (0..19).for_each(|_| monitored.put(SECOND));
    assert!(kinds().is_empty(), "too few to tell");
}

#[test]
fn kinds_over_the_limit_share_a_series() {
    let monitored = Monitored::new(|builder| builder.most_series(1));
    monitored.put(SECOND);
    monitored.operation(&GET, SECOND, 0, Span::succeed);
    let other = Scope::new(monitored.scope.dispatcher(), "archive", "s3");
    Span::start(&other, &PUT).succeed();
    let snapshot = monitored.performance.snapshot();
    let counts: Vec<_> =
        snapshot.operations.iter().map(|all| (&*all.adapter, all.operation, all.totals.succeeded)).collect();
    assert_eq!(counts, [("other", "other", 2), ("volume", "put", 1)]);
}
