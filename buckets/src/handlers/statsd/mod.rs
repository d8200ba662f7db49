//! Metrics for StatsD servers: Datadog's agent, Telegraf, Graphite and the original.

mod builder;
mod dialect;
mod own;
mod sender;
mod series;
mod shared;
mod stats;
mod transport;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{JoinHandle, Thread};
use std::time::Duration;

pub use self::builder::StatsDBuilder;
pub use self::dialect::{Dialect, Timing};
use self::own::Recorded;
use self::series::Series;
use self::shared::{Measured, Shared};
pub use self::stats::Stats;
use crate::handlers::by_event::ByEvent;
use crate::telemetry::{AttachError, Dispatcher, Event, Handler, HandlerHealth, Outcome, Selector, Stage};

/// Sends what happens to a StatsD server. Clones are the same sender.
///
/// For each event, such as `buckets.cloud.insert`, with the tags `adapter` and `cloud`:
///
/// | name ends in | type | what |
/// |---|---|---|
/// | `.duration` | histogram, distribution or timer | how long operations that succeeded took, in milliseconds |
/// | `.count` | counter | operations that succeeded |
/// | `.error` | counter | operations that failed, with the tag `error`: the kind |
/// | `.expected` | counter | operations that gave an error that is an answer |
/// | `.cancelled` | counter | operations nobody waited for |
/// | `.bytes` | counter | content moved, however the operation ended |
/// | `.in_flight` | gauge | operations that have begun and not ended |
/// | nothing | counter | events without duration, such as `buckets.adapter.put.retry` |
///
/// And, as gauges, what the [catalogue](crate::telemetry::catalogue::METRICS) has of last values, under its names:
/// `buckets.stored`, `buckets.concurrency.limit` and `.waiting`, `buckets.token.expiry.timestamp`,
/// `buckets.price_sheet.info` and the like; but not when each operation last succeeded. And
/// [metrics of your own](StatsDBuilder::metrics).
///
/// Counts are kept here and sent as sums, so they are exact, whatever the traffic. Times go through a
/// queue that never makes an operation wait: where it is full they are dropped, and
/// [counted](Self::stats). Of operations that were [sampled](crate::telemetry::Sampling) the times
/// say for how many they stand (`|@0.1`). One thread sends, at least every second.
///
/// These protocols have no escaping, so that a tag with a line break could forge metrics: what might
/// end a field is sent as `_`.
///
/// ```
/// use buckets::handlers::statsd::StatsD;
/// use buckets::telemetry::Dispatcher;
///
/// let dispatcher = Dispatcher::new();
/// let statsd = StatsD::builder().tag("env", "prod").udp("127.0.0.1:8125")?;
/// statsd.attach(&dispatcher)?;
/// // ... and before the program ends:
/// statsd.shutdown(std::time::Duration::from_secs(1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct StatsD(Arc<Handle>);

struct Handle {
    selectors: Vec<String>,
    /// The same, as far as they are sound.
    selected: Vec<Selector>,
    /// What metrics of one's own are made of.
    own_selectors: Vec<String>,
    shared: Arc<Shared>,
    series: ByEvent<Arc<Series>>,
    sender: Thread,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl StatsD {
    /// The id under which it is attached.
    pub const ID: &'static str = "statsd";

    /// A sender with settings of its own; [`udp`](StatsDBuilder::udp) or
    /// [`unix`](StatsDBuilder::unix) starts it.
    pub fn builder() -> StatsDBuilder {
        StatsDBuilder::new()
    }

    fn new(selectors: Vec<String>, own_selectors: Vec<String>, shared: Arc<Shared>, thread: JoinHandle<()>) -> Self {
        let sender = thread.thread().clone();
        let selected = selectors.iter().filter_map(|text| Selector::parse(text)).collect();
        let (series, thread) = (ByEvent::new(), Mutex::new(Some(thread)));
        Self(Arc::new(Handle { selectors, selected, own_selectors, shared, series, sender, thread }))
    }

    /// Attaches this handler to `dispatcher`, under the id [`ID`](Self::ID).
    ///
    /// # Errors
    /// [`AttachError::AlreadyAttached`] if there is one already,
    /// [`InvalidSelector`](AttachError::InvalidSelector) for a selection that is none.
    pub fn attach(&self, dispatcher: &Dispatcher) -> Result<(), AttachError> {
        let selectors: Vec<_> = self.0.selectors.iter().chain(&self.0.own_selectors).map(String::as_str).collect();
        dispatcher.attach_many(Self::ID, &selectors, self.clone())
    }

    /// Sends all that was measured until now, and says whether that was done within `timeout`. Blocks
    /// the calling thread, so not for use in asynchronous code.
    pub fn flush(&self, timeout: Duration) -> bool {
        self.0.shared.is_closed() || self.0.shared.wait_for_round(&self.0.sender, timeout)
    }

    /// Sends all that was measured and ends the thread; says whether that was done within `timeout`.
    /// What is measured afterwards is dropped. Blocks the calling thread. Dropping the last clone, the one
    /// that is attached included, does the same without limit, which as a rule is a matter of
    /// milliseconds: no datagram is waited for.
    pub fn shutdown(&self, timeout: Duration) -> bool {
        let is_done = self.flush(timeout);
        if is_done {
            self.0.close();
        } else {
            // The thread hangs; it ends when it can.
            self.0.shared.close();
        }
        is_done
    }

    /// What became of the measurements so far.
    pub fn stats(&self) -> Stats {
        self.0.shared.tally.read()
    }
}

impl Handler for StatsD {
    fn handle(&self, event: &Event<'_>) {
        let handle = &*self.0;
        let new = || handle.shared.new_series(event, &handle.selected);
        handle.series.with(event, new, |series| {
            if series.is_selected(event.stage()) {
                handle.measure(event, series);
            }
            series.own(event.stage()).iter().for_each(|position| handle.measure_own(event, *position));
        });
    }

    fn health(&self) -> HandlerHealth {
        let stats = self.stats();
        HandlerHealth {
            queue_length: Some(self.0.shared.timings.len() as u64),
            dropped: vec![
                ("queue_full", stats.dropped_queue_full),
                ("too_large", stats.dropped_too_large),
                ("io", stats.dropped_io),
                ("closed", stats.dropped_closed),
            ],
        }
    }
}

impl Handle {
    #[inline]
    fn measure(&self, event: &Event<'_>, series: &Series) {
        let weight = event.weight().filter(|_| event.outcome() == Some(Outcome::Success));
        if self.shared.is_closed() {
            let measurements = u64::from(event.stage() != Stage::Start) + u64::from(weight.is_some());
            return stats::add(&self.shared.tally.closed, measurements);
        }
        series.count(event);
        if let Some(weight) = weight {
            let value = event.duration().unwrap_or_default().as_nanos() as f64 / 1e6;
            self.shared.time(Measured { series: series.number, weight: weight as f32, value }, &self.sender);
        }
    }

    /// For the metric of one's own at `position`.
    fn measure_own(&self, event: &Event<'_>, position: usize) {
        let shared = &self.shared;
        shared.own.record(
            position,
            event,
            |make| shared.new_own_series(make),
            |series, recorded| match recorded {
                Recorded::Added(measurements) if shared.is_closed() => stats::add(&shared.tally.closed, measurements),
                Recorded::Added(_) => {}
                Recorded::Value(_) if shared.is_closed() => stats::add(&shared.tally.closed, 1),
                Recorded::Value(value) => {
                    if let Some(weight) = event.weight() {
                        shared.time(Measured { series: series.number, weight: weight as f32, value }, &self.sender);
                    }
                }
            },
        );
    }

    fn close(&self) {
        self.shared.close();
        self.sender.unpark();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            // A panic of the sender was printed by its thread.
            let _ = thread.join();
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.close();
    }
}

impl fmt::Debug for StatsD {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StatsD").field("stats", &self.stats()).finish_non_exhaustive()
    }
}
