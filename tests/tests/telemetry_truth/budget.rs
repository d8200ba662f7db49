//! What a span may cost: clock readings and events are counted, time is not measured.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

use buckets::adapter::{Backend, Memory};
use buckets::operation::{Get, Head, Put, Request};
use buckets::telemetry::{Clock, Dispatcher, Event, Scope, Timestamp};
use buckets_tower::{Telemetry, TelemetryLayer};
use tower::{Layer, Service};

use crate::scripted::{finish, key, read_to_end};

#[derive(Clone, Debug, Default)]
struct CountingClock(Arc<AtomicUsize>);

impl Clock for CountingClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_nanos(self.0.fetch_add(1, Ordering::Relaxed) as u64)
    }

    fn system_time(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH
    }
}

fn run(stack: &mut Telemetry<Backend<Memory>>, scope: &Scope, mut request: Request) {
    request.context.scope = scope.clone();
    read_to_end(finish(pin!(stack.call(request))).expect("done")).expect("read");
}

#[test]
fn an_operation_costs_two_readings_of_the_clock_and_two_events() {
    let (clock, events) = (CountingClock::default(), Arc::new(AtomicUsize::new(0)));
    let dispatcher = Dispatcher::builder().clock(clock.clone()).build();
    let scope = Scope::new(dispatcher.clone(), "cloud", "memory");
    let mut stack = TelemetryLayer::new().layer(Backend::new(Memory::new()));
    // A body in one piece has its first byte when it ends, so that a `get` costs no more than others.
    let requests =
        || [Request::new(Put::new(key(), "0123")), Request::new(Get::new(key())), Request::new(Head::new(key()))];

    requests().into_iter().for_each(|request| run(&mut stack, &scope, request));
    assert_eq!(clock.0.load(Ordering::Relaxed), 0, "nobody listens");

    let counted = Arc::clone(&events);
    let count = move |_: &Event<'_>| {
        counted.fetch_add(1, Ordering::Relaxed);
    };
    dispatcher.attach("count", "", count).expect("attached");
    for request in requests() {
        let what = format!("{request:?}");
        clock.0.store(0, Ordering::Relaxed);
        events.store(0, Ordering::Relaxed);
        run(&mut stack, &scope, request);
        assert_eq!((clock.0.load(Ordering::Relaxed), events.load(Ordering::Relaxed)), (2, 2), "{what}");
    }
}
