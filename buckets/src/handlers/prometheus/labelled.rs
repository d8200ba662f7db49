//! The series of a metric whose labels only the event itself tells.

use std::sync::Arc;

use super::admission::{Admission, cost};
use super::exemplar::{Exemplar, Exemplars, Reading};
use super::native::Native;
use crate::handlers::by_tags::{ByTags, Labels, Room};
use crate::handlers::cells::Cells;
use crate::handlers::metric::Metric;
use crate::telemetry::Event;
use crate::telemetry::catalogue::Tag;

#[derive(Default)]
pub(super) struct Labelled(ByTags<Series>);

struct Series {
    labels: Labels,
    cells: Cells,
    native: Option<Native>,
    exemplars: Exemplars,
}

/// The place of a series among its own exemplars.
const ONLY: (usize, usize) = (0, 0);

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
        exemplar: Option<Exemplar>,
    ) -> Room {
        let admit = |labels: &_| admission.admit_labelled(position, cost(metric), labels);
        let make = |labels| {
            Arc::new(Series {
                labels,
                cells: Cells::new(metric.words()),
                native: Native::of(metric),
                exemplars: Exemplars::default(),
            })
        };
        let add = |series: &Series| {
            if let Some(native) = &series.native {
                native.record(metric, value);
            }
            metric.add(series.cells.mine(), 0, value, event);
            if let Some(exemplar) = exemplar {
                series.exemplars.note(metric, ONLY, value, exemplar, event.system_time());
            }
        };
        self.0.with(metric.definition.tags, event, admit, make, add)
    }

    pub(super) fn read(&self, metric: &Metric, mut each: impl FnMut(&Labels, Reading)) {
        for series in self.0.all() {
            if let Some(sample) = metric.sample(&series.cells, 0) {
                let native = series.native.as_ref().map(Native::read);
                each(&series.labels, Reading { sample, exemplars: series.exemplars.of(ONLY), native });
            }
        }
    }
}
