//! How handlers are doing, as metrics.

use std::net::UdpSocket;
use std::time::Duration;

use buckets::handlers::prometheus::Prometheus;
use buckets::handlers::statsd::StatsD;
use buckets::telemetry::{Dispatcher, Event, EventName, Handler, HandlerHealth, Scope, Span};

static STORED: EventName = EventName::new("buckets.cloud.insert");
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn what_a_handler_dropped_and_what_waits_in_it_are_metrics() {
    let dispatcher = Dispatcher::new();
    let metrics = Prometheus::new();
    metrics.attach(&dispatcher).expect("attached");
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
    // A line that no datagram has room for.
    let builder = (0..5).fold(StatsD::builder(), |builder, n| builder.tag(format!("tag{n}"), "x".repeat(200)));
    let builder = builder.max_datagram(600).interval(PATIENCE * 60);
    let statsd = builder.udp(socket.local_addr().expect("bound")).expect("a socket");
    statsd.attach(&dispatcher).expect("attached");

    Span::start(&Scope::new(dispatcher.clone(), "uploads", "memory"), &STORED).succeed();
    assert!(statsd.flush(PATIENCE));
    let page = metrics.render();
    for line in [
        r#"buckets_telemetry_dropped_total{handler="statsd",reason="too_large"} 2"#,
        r#"buckets_telemetry_dropped_total{handler="statsd",reason="queue_full"} 0"#,
        r#"buckets_telemetry_queue_length{handler="statsd"} 0"#,
        r#"buckets_telemetry_handler_failures_total{handler="statsd"} 0"#,
    ] {
        assert!(page.lines().any(|other| other == line), "no {line} in\n{page}");
    }
    assert!(!page.contains(r#"queue_length{handler="prometheus""#), "nothing waits there");
}

struct Sick;

impl Handler for Sick {
    fn handle(&self, _: &Event<'_>) {}

    fn health(&self) -> HandlerHealth {
        std::panic::resume_unwind(Box::new("cannot say"))
    }
}

#[test]
fn a_handler_that_panics_when_asked_is_counted_and_the_others_are_shown() {
    let dispatcher = Dispatcher::new();
    let metrics = Prometheus::new();
    metrics.attach(&dispatcher).expect("attached");
    dispatcher.attach("sick", "buckets", Sick).expect("attached");
    let info = dispatcher.list_handlers();
    assert_eq!((info[1].failures, info[1].health.clone()), (1, HandlerHealth::default()));
    assert!(metrics.render().contains(r#"buckets_telemetry_handler_failures_total{handler="prometheus"} 0"#));
}
