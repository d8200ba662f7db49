//! Every place to which events go.

use std::any::Any;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::net::UdpSocket;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use buckets::handlers::log::Log;
use buckets::handlers::performance::Performance;
use buckets::handlers::prometheus::Prometheus;
use buckets::handlers::sentry::Sentry;
use buckets::handlers::statsd::StatsD;
use buckets::telemetry::{Dispatcher, Event, KeyPolicy};
use buckets_tests::components::process::PATIENCE;
use sentry::test::TestTransport;
use sentry::{ClientOptions, Hub, HubSwitchGuard};
use tracing::Level;

use crate::planted::{assert_silent, look_at_error};

/// All handlers, attached to one dispatcher.
pub(crate) struct Sinks {
    dispatcher: Dispatcher,
    sinks: Vec<Sink>,
}

/// A handler, and all that it has shown so far.
struct Sink {
    name: &'static str,
    shown: Box<dyn Fn() -> String>,
    /// What must live for that long.
    _guard: Box<dyn Any>,
}

impl Sinks {
    pub(crate) fn new() -> Self {
        let dispatcher = Dispatcher::builder().key_policy(KeyPolicy::Omit).build();
        let sinks = [events, log, prometheus, performance, statsd, reports].map(|sink| sink(&dispatcher)).into();
        Self { dispatcher, sinks }
    }

    pub(crate) fn dispatcher(&self) -> Dispatcher {
        self.dispatcher.clone()
    }

    /// Looks at everything that was shown, and at whether there was anything.
    #[track_caller]
    pub(crate) fn look(&self) {
        for Sink { name, shown, .. } in &self.sinks {
            let shown = shown();
            assert_silent(&shown);
            assert!(shown.contains("put") || shown.contains("insert"), "{name} shows nothing");
        }
        let failures: Vec<_> = self.dispatcher.list_handlers().into_iter().filter(|info| info.failures > 0).collect();
        assert!(failures.is_empty(), "handlers panicked: {failures:?}");
    }
}

/// What is written by several, and read here.
#[derive(Clone, Default)]
struct Page(Arc<Mutex<Vec<u8>>>);

impl Page {
    fn read(&self) -> String {
        String::from_utf8(self.0.lock().expect("no panic").clone()).expect("text")
    }
}

impl io::Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no panic").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn sink(name: &'static str, shown: impl Fn() -> String + 'static, guard: impl Any) -> Sink {
    Sink { name, shown: Box::new(shown), _guard: Box::new(guard) }
}

/// The events themselves.
fn events(dispatcher: &Dispatcher) -> Sink {
    let page = Page::default();
    let written = page.clone();
    let watch = move |event: &Event<'_>| written.clone().write_all(text(event).as_bytes()).expect("it takes all");
    dispatcher.attach("events", "", watch).expect("attached");
    sink("events", move || page.read(), ())
}

fn text(event: &Event<'_>) -> String {
    assert!(event.key().is_none(), "{event:?}");

    if let Some(error) = event.error() {
        look_at_error(error);
    }
    let mut text = format!("{} {event:?} {:?}", event.full_name(), event.scope());
    for (name, value) in event.metadata() {
        write!(text, " {name} {value} {value:?}").expect("memory takes it");
    }
    for (name, value) in event.measurements() {
        write!(text, " {name} {value} {value:?}").expect("memory takes it");
    }
    text
}

fn log(dispatcher: &Dispatcher) -> Sink {
    let log = Log::new().select([""]).start(Level::TRACE);
    assert_silent(&format!("{log:?}"));
    log.attach(dispatcher).expect("attached");
    let page = Page::default();
    let writer = page.clone();
    let lines = tracing_subscriber::fmt().with_max_level(Level::TRACE).with_writer(move || writer.clone()).finish();
    sink("log", move || page.read(), tracing::subscriber::set_default(lines))
}

fn prometheus(dispatcher: &Dispatcher) -> Sink {
    let metrics = Prometheus::builder().native_histograms().build();
    metrics.attach(dispatcher).expect("attached");
    let shown = move || {
        let protobuf = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";
        let pages = ["text/plain", "application/openmetrics-text", protobuf].map(|accept| metrics.render_for(accept).1);
        // All names are text in the messages, too.
        format!("{metrics:?} {}", pages.iter().map(|page| String::from_utf8_lossy(page)).collect::<String>())
    };
    sink("prometheus", shown, ())
}

fn performance(dispatcher: &Dispatcher) -> Sink {
    let page = Page::default();
    let written = page.clone();
    let tell = move |alert: &_| written.clone().write_all(format!("{alert} {alert:?}").as_bytes());
    let monitor = Performance::builder().slow_after(Duration::ZERO);
    let monitor = monitor.on_alert(move |alert| tell(alert).expect("it takes all")).build();
    monitor.attach(dispatcher).expect("attached");
    let shown = move || {
        monitor.check();
        let snapshot = monitor.snapshot();
        format!("{} {snapshot} {snapshot:?} {monitor:?}", page.read())
    };
    sink("performance", shown, ())
}

/// What a StatsD server is sent.
fn statsd(dispatcher: &Dispatcher) -> Sink {
    let server = UdpSocket::bind("127.0.0.1:0").expect("a port");
    server.set_nonblocking(true).expect("a setting");
    let address = server.local_addr().expect("bound").to_string();
    let statsd = StatsD::builder().udp(&address).expect("an address");
    statsd.attach(dispatcher).expect("attached");
    let page = Page::default();
    let shown = move || {
        assert!(statsd.flush(PATIENCE), "not everything was sent");
        let mut datagram = [0; 1 << 16];
        while let Ok(length) = server.recv(&mut datagram) {
            page.clone().write_all(&datagram[..length]).expect("it takes all");
        }
        format!("{statsd:?} {:?} {}", statsd.stats(), page.read())
    };
    sink("statsd", shown, ())
}

/// What Sentry is sent.
fn reports(dispatcher: &Dispatcher) -> Sink {
    let sentry = Sentry::builder().select([""]).panics(true).limit(1000, 1000).total_limit(10_000).build();
    sentry.attach(dispatcher).expect("attached");
    let transport = TestTransport::new();
    let options = ClientOptions::new().dsn("http://public@sentry.invalid/1").transport(Arc::clone(&transport));
    let hub = Hub::new(Some(Arc::new(sentry::apply_defaults(options).into())), Arc::default());
    let page = Page::default();
    let shown = move || {
        for envelope in transport.fetch_and_clear_envelopes() {
            envelope.to_writer(page.clone()).expect("it takes all");
        }
        format!("{sentry:?} {}", page.read())
    };
    sink("sentry", shown, HubSwitchGuard::new(Arc::new(hub)))
}
