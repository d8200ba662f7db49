//! The series of a metric whose labels only the event itself tells.

use std::cell::Cell;
use std::collections::HashMap;
use std::fmt::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arc_swap::ArcSwap;

use super::admission::Admission;
use super::metric::Metric;
use super::series::{Labels, Sample};
use crate::handlers::cells::Cells;
use crate::telemetry::Event;
use crate::telemetry::catalogue::Tag;

/// Stands between the values in the text by which a series is found.
const BETWEEN: char = '\u{1f}';
/// What values are called together for which there is no room.
const OTHER: &str = "other";
/// A value is at most so long; what is longer is cut.
const MOST_CHARS: usize = 128;

/// By the values of their labels. Reading takes no lock.
#[derive(Default)]
pub(super) struct Labelled {
    series: ArcSwap<HashMap<Box<str>, Arc<Series>>>,
    /// Whether there was no room for some; then no further ones are asked for.
    is_full: AtomicBool,
}

struct Series {
    labels: Labels,
    cells: Cells,
}

/// Whether there was room for a series of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Room {
    Some,
    None,
}

thread_local! {
    /// Reused, so that looking a series up does not allocate.
    static VALUES: Cell<String> = const { Cell::new(String::new()) };
}

impl Labelled {
    pub(super) fn is_needed(metric: &Metric) -> bool {
        metric.definition.tags.iter().any(|tag| matches!(tag, Tag::Handler | Tag::Field(_)))
    }

    pub(super) fn record(
        &self,
        metric: &Metric,
        position: usize,
        admission: &Admission,
        event: &Event<'_>,
        value: u64,
    ) -> Room {
        let add = |series: &Series| metric.add(series.cells.mine(), 0, value, event);
        let mut values = VALUES.take();
        write_values(&mut values, metric.definition.tags, event, false);
        let mut room = Room::Some;
        if let Some(series) = self.series.load().get(values.as_str()) {
            add(series);
        } else {
            let admit = |labels: &_| admission.admit_labelled(position, metric.cost(), labels);
            if self.is_full.load(Ordering::Relaxed) || !admit(&labels(metric.definition.tags, &values)) {
                self.is_full.store(true, Ordering::Relaxed);
                room = Room::None;
                write_values(&mut values, metric.definition.tags, event, true);
            }
            add(&self.insert(metric, &values));
        }
        VALUES.set(values);
        room
    }

    /// The series with these values, which is made unless another thread was first.
    fn insert(&self, metric: &Metric, values: &str) -> Arc<Series> {
        if let Some(series) = self.series.load().get(values) {
            return Arc::clone(series);
        }
        let new =
            || Arc::new(Series { labels: labels(metric.definition.tags, values), cells: Cells::new(metric.words()) });
        let mut mine = None;
        self.series.rcu(|all| {
            let mut all = HashMap::clone(all);
            mine = Some(Arc::clone(all.entry(values.into()).or_insert_with(new)));
            all
        });
        mine.unwrap_or_else(new)
    }

    pub(super) fn read(&self, metric: &Metric, mut each: impl FnMut(&Labels, Sample)) {
        for series in self.series.load().values() {
            if let Some(sample) = metric.sample(&series.cells, 0) {
                each(&series.labels, sample);
            }
        }
    }
}

fn labels(tags: &'static [Tag], values: &str) -> Labels {
    tags.iter().zip(values.split(BETWEEN)).map(|(tag, value)| (tag.as_str(), value.into())).collect()
}

/// Writes the values of `tags`; those from metadata as `other` if they are to be.
fn write_values(out: &mut String, tags: &[Tag], event: &Event<'_>, are_other: bool) {
    out.clear();
    for (position, tag) in tags.iter().enumerate() {
        if position > 0 {
            out.push(BETWEEN);
        }
        match tag {
            Tag::Field(_) if are_other => out.push_str(OTHER),
            tag => {
                if let Some(value) = tag.value(event) {
                    // An error says that the value was cut, or that its `Display` gave up.
                    let _ = write!(Tidy { out, left: MOST_CHARS }, "{value}");
                }
            }
        }
    }
}

/// Writes text of limited length without control characters.
struct Tidy<'a> {
    out: &'a mut String,
    left: usize,
}

impl Write for Tidy<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|c| {
            self.left = self.left.checked_sub(1).ok_or(fmt::Error)?;
            self.out.push(if c.is_control() { '_' } else { c });
            Ok(())
        })
    }
}
