//! How handlers are doing, asked when somebody collects metrics.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use opentelemetry::KeyValue;
use opentelemetry::metrics::{AsyncInstrument, Meter};

use crate::telemetry::catalogue::{METRICS, MetricKind};
use crate::telemetry::{Dispatcher, WeakDispatcher};

/// The dispatchers that a handler is attached to, by attachment.
#[derive(Default)]
pub(super) struct Health {
    dispatchers: Mutex<Vec<(u64, WeakDispatcher)>>,
    /// Those that went into metrics.
    pub(super) events: AtomicU64,
}

/// Numbers by their attributes, so that what two dispatchers have in common is added up.
type Numbers = BTreeMap<Vec<(&'static str, Box<str>)>, u64>;

impl Health {
    /// Has `meter` ask for all metrics that are not made of events.
    pub(super) fn tell(self: &Arc<Self>, meter: &Meter) {
        for definition in METRICS.iter().filter(|definition| definition.selectors.is_empty()) {
            let (name, weak) = (definition.name, Arc::downgrade(self));
            // The SDK never forgets whom it asks.
            let observe = move |observer: &dyn AsyncInstrument<u64>| {
                for (attributes, number) in weak.upgrade().map(|health| health.numbers(name)).unwrap_or_default() {
                    let attributes = attributes.into_iter().map(|(key, value)| KeyValue::new(key, String::from(value)));
                    observer.observe(number, &attributes.collect::<Vec<_>>());
                }
            };
            if definition.kind == MetricKind::LastValue {
                let gauge = meter.u64_observable_gauge(name).with_description(definition.help);
                let _ = gauge.with_callback(observe).build();
            } else {
                let counter = meter.u64_observable_counter(name).with_description(definition.help);
                let _ = counter.with_callback(observe).build();
            }
        }
    }

    /// Tells of `dispatcher`, too.
    pub(super) fn watch(&self, attachment: u64, dispatcher: &Dispatcher) {
        self.dispatchers().push((attachment, dispatcher.downgrade()));
    }

    pub(super) fn forget(&self, attachment: u64) {
        self.dispatchers().retain(|(other, dispatcher)| *other != attachment && dispatcher.upgrade().is_some());
    }

    fn numbers(&self, metric: &str) -> Numbers {
        let mut numbers = Numbers::new();
        let mut add = |attributes: &[(&'static str, &str)], number: u64| {
            let attributes = attributes.iter().map(|(key, value)| (*key, Box::from(*value))).collect();
            *numbers.entry(attributes).or_default() += number;
        };
        let dispatchers: Vec<_> =
            self.dispatchers().iter().filter_map(|(_, dispatcher)| dispatcher.upgrade()).collect();
        if metric == "buckets.telemetry.events" && !dispatchers.is_empty() {
            add(&[], self.events.load(Ordering::Relaxed));
        }
        for dispatcher in dispatchers {
            if metric == "buckets.telemetry.suppressed.events" {
                add(&[], dispatcher.suppressed_events());
                continue;
            }
            for handler in dispatcher.list_handlers() {
                let id = ("handler", &*handler.id);
                match metric {
                    "buckets.telemetry.handler.failures" => add(&[id], handler.failures),
                    "buckets.telemetry.queue.length" => {
                        handler.health.queue_length.into_iter().for_each(|length| add(&[id], length));
                    }
                    "buckets.telemetry.dropped" => {
                        handler
                            .health
                            .dropped
                            .iter()
                            .for_each(|(reason, count)| add(&[id, ("reason", reason)], *count));
                    }
                    // Of too many series the SDK tells itself.
                    _ => {}
                }
            }
        }
        numbers
    }

    fn dispatchers(&self) -> MutexGuard<'_, Vec<(u64, WeakDispatcher)>> {
        self.dispatchers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
