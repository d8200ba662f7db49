//! Spans of a cloud whose metrics are kept.

use std::net::UdpSocket;

use buckets::handlers::log::Log;
use buckets::handlers::otel::Metrics;
use buckets::handlers::performance::Performance;
use buckets::handlers::prometheus::Prometheus;
use buckets::handlers::statsd::StatsD;
use buckets::telemetry::catalogue::names::CLOUD_READ;
use buckets::telemetry::{Dispatcher, Event, Scope, Span};
use opentelemetry_sdk::metrics::SdkMeterProvider;

pub(crate) struct Metered {
    scope: Scope,
    /// Where datagrams go, so that there is somebody to send them to.
    _socket: Option<UdpSocket>,
}

impl Metered {
    /// Nobody but the clock: what the others have besides is theirs.
    pub(crate) fn by_nobody() -> Self {
        let dispatcher = Dispatcher::new();
        dispatcher.attach("nobody", "buckets", |_: &Event<'_>| ()).expect("nothing else is attached");
        Self::of(dispatcher, None)
    }

    pub(crate) fn by_prometheus() -> Self {
        let dispatcher = Dispatcher::new();
        Prometheus::new().attach(&dispatcher).expect("nothing else is attached");
        Self::of(dispatcher, None)
    }

    pub(crate) fn by_statsd() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
        let dispatcher = Dispatcher::new();
        let statsd = StatsD::builder().udp(socket.local_addr().expect("bound")).expect("a socket");
        statsd.attach(&dispatcher).expect("nothing else is attached");
        Self::of(dispatcher, Some(socket))
    }

    pub(crate) fn by_opentelemetry(provider: &SdkMeterProvider) -> Self {
        let dispatcher = Dispatcher::new();
        Metrics::builder().provider(provider).build().attach(&dispatcher).expect("nothing else is attached");
        Self::of(dispatcher, None)
    }

    pub(crate) fn by_performance() -> Self {
        let dispatcher = Dispatcher::new();
        let performance = Performance::builder().select(["buckets.cloud"]).build();
        performance.attach(&dispatcher).expect("nothing else is attached");
        Self::of(dispatcher, None)
    }

    pub(crate) fn by_log() -> Self {
        let dispatcher = Dispatcher::new();
        Log::new().attach(&dispatcher).expect("nothing else is attached");
        Self::of(dispatcher, None)
    }

    fn of(dispatcher: Dispatcher, socket: Option<UdpSocket>) -> Self {
        Self { scope: Scope::new(dispatcher, "main", "memory"), _socket: socket }
    }

    /// A read that succeeds.
    pub(crate) fn span(&self) {
        let mut span = Span::start(&self.scope, &CLOUD_READ);
        span.add_bytes(4096);
        span.succeed();
    }
}
