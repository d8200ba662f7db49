//! What the handler knows: the tables of all clouds.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::admission::{Admission, cost};
use super::exemplar::{Reading, Source};
use super::row::Row;
use super::table::Table;
use crate::handlers::by_tags::Labels;
use crate::handlers::metric::{Metric, Sample};
use crate::telemetry::catalogue::{Bounds, EVENTS, METRICS, MetricDefinition};
use crate::telemetry::{Dispatcher, Event, EventName, HandlerInfo, Scope, WeakDispatcher};

/// What clouds and adapters without series of their own are called together.
const OVERFLOW: &str = "other";

/// By the names of cloud and adapter.
type Tables = HashMap<(Box<str>, Box<str>), Arc<Table>>;

pub(super) struct Recorder {
    pub(super) metrics: Vec<Metric>,
    /// What happens in clouds.
    events: Vec<&'static EventName>,
    /// What happens in no cloud.
    custom_events: Vec<&'static EventName>,
    admission: Admission,
    /// Where a scope keeps its table, so that an event finds it without a lock.
    slot: usize,
    tables: Mutex<Tables>,
    /// The table of all for whom there was no room; beyond the limit itself.
    overflow: Arc<Table>,
    unlimited: Admission,
    /// Whose numbers of failures and suppressed events are shown.
    dispatchers: Mutex<Vec<WeakDispatcher>>,
    exemplars: Option<Arc<Source>>,
    /// Whether there are native histograms beside the classic ones.
    pub(super) has_native: bool,
    pub(super) attachments: AtomicUsize,
    pub(super) is_registered: AtomicBool,
}

/// Metrics beside the built-in ones, and events of the program's own.
#[derive(Clone, Debug, Default)]
pub(super) struct Custom {
    pub(super) metrics: Vec<MetricDefinition>,
    pub(super) events: Vec<&'static EventName>,
    pub(super) exemplars: Option<Arc<Source>>,
}

impl Recorder {
    pub(super) fn new(durations: &Bounds, series_limit: usize, has_native: bool, custom: Custom) -> Self {
        let definitions = METRICS.iter().chain(&custom.metrics);
        let metric = |definition| {
            let metric = Metric::new(definition, durations);
            if has_native { metric.native() } else { metric }
        };
        let metrics: Vec<_> = definitions.map(metric).collect();
        let events: Vec<_> = EVENTS.iter().map(|event| event.name).collect();
        let overflow = Arc::new(Table::new(&metrics, &events, OVERFLOW, OVERFLOW));
        Self {
            metrics,
            events,
            custom_events: custom.events,
            admission: Admission::new(series_limit),
            slot: Scope::new_slot(),
            tables: Mutex::default(),
            overflow,
            unlimited: Admission::unlimited(),
            dispatchers: Mutex::default(),
            exemplars: custom.exemplars,
            has_native,
            attachments: AtomicUsize::new(0),
            is_registered: AtomicBool::new(false),
        }
    }

    #[inline]
    pub(super) fn record(&self, event: &Event<'_>) {
        let scope = event.scope();
        scope.local(self.slot, || self.table(scope), |table| self.record_in(table, event));
    }

    fn record_in(&self, table: &Arc<Table>, event: &Event<'_>) {
        let exemplar = self.exemplars.as_ref().and_then(|source| (source.0)(event));
        let Some(row) = table.row(&self.metrics, event.name()) else { return };
        if Arc::ptr_eq(table, &self.overflow) {
            row.record(&self.metrics, &self.unlimited, event, exemplar, || None);
        } else {
            let overflow = || self.overflow.row(&self.metrics, event.name());
            row.record(&self.metrics, &self.admission, event, exemplar, overflow);
        }
    }

    pub(super) fn has_custom_events(&self) -> bool {
        !self.custom_events.is_empty()
    }

    /// Shows what is known of a scope before anything has happened in it.
    pub(super) fn introduce(&self, scope: &Scope) {
        scope.local(self.slot, || self.table(scope), |_: &Arc<Table>| ());
    }

    fn table(&self, scope: &Scope) -> Arc<Table> {
        let mut tables = self.tables();
        let names = (Box::from(scope.cloud()), Box::from(scope.adapter()));
        if let Some(table) = tables.get(&names) {
            return Arc::clone(table);
        }
        let is_nameless = scope.cloud().is_empty() && scope.adapter().is_empty();
        let events = if is_nameless { &self.custom_events } else { &self.events };
        let table = Arc::new(Table::new(&self.metrics, events, scope.cloud(), scope.adapter()));
        let known: Vec<_> = table.rows().flat_map(Row::known).collect();
        let wanted: Vec<_> =
            known.iter().map(|(metric, labels)| (*metric, cost(&self.metrics[*metric]), *labels)).collect();
        if !self.admission.admit_all(&wanted) {
            return Arc::clone(&self.overflow);
        }
        table.rows().for_each(Row::admit_known);
        tables.insert(names, Arc::clone(&table));
        table
    }

    /// Forgets operations whose end will not be told.
    pub(super) fn reset_in_flight(&self) {
        self.all_tables().iter().flat_map(|table| table.rows()).for_each(Row::reset_in_flight);
    }

    /// Shows the numbers of `dispatcher` itself as well.
    pub(super) fn watch(&self, dispatcher: &Dispatcher) {
        let dispatcher = dispatcher.downgrade();
        let mut dispatchers = self.dispatchers();
        dispatchers.retain(|other| other.upgrade().is_some() && !other.is_same(&dispatcher));
        dispatchers.push(dispatcher);
    }

    /// All series by the position of their metric, in the order of their labels.
    pub(super) fn collect(&self) -> Vec<BTreeMap<Labels, Reading>> {
        let mut series: Vec<BTreeMap<Labels, Reading>> = self.metrics.iter().map(|_| BTreeMap::new()).collect();
        let mut add = |metric: usize, labels: &Labels, reading: Reading| match series[metric].get_mut(labels) {
            Some(known) => known.merge(reading),
            None => drop(series[metric].insert(labels.clone(), reading)),
        };
        for row in self.all_tables().iter().flat_map(|table| table.rows()) {
            row.read(&self.metrics, &mut add);
        }
        for (metric, Metric { definition, .. }) in self.metrics.iter().enumerate() {
            if definition.selectors.is_empty() {
                self.own(definition.name)
                    .into_iter()
                    .for_each(|(labels, sample)| add(metric, &labels, Reading::of(sample)));
            }
        }
        series
    }

    /// The series that are not made of events.
    fn own(&self, metric: &str) -> Vec<(Labels, Sample)> {
        let one = |count: u64| vec![(Labels::default(), Sample::count(count))];
        let dispatchers = || self.dispatchers().iter().filter_map(WeakDispatcher::upgrade).collect::<Vec<_>>();
        let handlers = || dispatchers().into_iter().flat_map(|dispatcher| dispatcher.list_handlers());
        match metric {
            "buckets.telemetry.dropped" => handlers()
                .flat_map(|handler| {
                    let id = handler.id;
                    let series = move |(reason, count): (&str, u64)| -> (Labels, Sample) {
                        (Box::from([("handler", id.clone()), ("reason", reason.into())]), Sample::count(count))
                    };
                    handler.health.dropped.into_iter().map(series)
                })
                .collect(),
            "buckets.telemetry.queue.length" => handlers()
                .filter_map(|handler| {
                    let length = i64::try_from(handler.health.queue_length?).unwrap_or(i64::MAX);
                    Some((Box::from([("handler", handler.id)]) as Labels, Sample::Gauge(length)))
                })
                .collect(),
            "buckets.telemetry.events" => one(self.all_tables().iter().map(|table| table.sum(Row::events)).sum()),
            "buckets.telemetry.overflow.events" => {
                let in_part: u64 = self.all_tables().iter().map(|table| table.sum(Row::overflowed)).sum();
                one(in_part + self.overflow.sum(Row::events))
            }
            "buckets.telemetry.suppressed.events" => one(dispatchers().iter().map(Dispatcher::suppressed_events).sum()),
            "buckets.telemetry.handler.failures" => {
                let failures = |handler: HandlerInfo| -> (Labels, Sample) {
                    (Box::from([("handler", handler.id)]), Sample::count(handler.failures))
                };
                handlers().map(failures).collect()
            }
            _ => Vec::new(),
        }
    }

    fn all_tables(&self) -> Vec<Arc<Table>> {
        self.tables().values().chain([&self.overflow]).cloned().collect()
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn dispatchers(&self) -> MutexGuard<'_, Vec<WeakDispatcher>> {
        self.dispatchers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
