//! All that is recorded of one event of one cloud.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use super::admission::{Admission, cost};
use super::end_tag::{EndTag, Shown};
use super::exemplar::{Exemplar, Exemplars, Reading};
use super::labelled::Labelled;
use super::native::Native;
use crate::handlers::by_tags::{Labels, Room};
use crate::handlers::cells::{Cells, Part};
use crate::handlers::metric::Metric;
use crate::telemetry::catalogue::{EventDefinition, MetricKind, Tag, operation_of};
use crate::telemetry::{Event, EventName, Stage};

/// The word that counts the events of the row.
const EVENTS: usize = 0;
/// The word that counts those of them that found no room for some series.
const OVERFLOWED: usize = 1;
const FIRST_FREE: usize = 2;

pub(super) struct Row {
    cells: Cells,
    instruments: Box<[Instrument]>,
    /// Positions of instruments, by stage.
    by_stage: [Box<[usize]>; Stage::COUNT],
    exemplars: Exemplars,
    /// Whether any event came.
    is_used: AtomicBool,
}

/// One metric, as far as the row's event goes into it.
struct Instrument {
    /// The position of the metric.
    metric: usize,
    kind: MetricKind,
    end_tag: EndTag,
    /// Where the first series is kept; the others follow it.
    word: usize,
    words_per_series: usize,
    /// None where it is `labelled`.
    series: Box<[Series]>,
    /// Where there are tags whose values only the event itself tells.
    labelled: Option<Labelled>,
}

struct Series {
    labels: Labels,
    shown: Shown,
    admitted: AtomicU8,
    native: Option<Native>,
}

const NOT_ASKED: u8 = 0;
const ADMITTED: u8 = 1;
const REFUSED: u8 = 2;

/// Whose row it is.
#[derive(Clone, Copy)]
pub(super) struct Owner<'a> {
    pub(super) cloud: &'a str,
    pub(super) adapter: &'a str,
}

impl Row {
    /// [`None`] if no metric is made of the event.
    pub(super) fn new(metrics: &[Metric], name: &'static EventName, owner: Owner<'_>) -> Option<Self> {
        let mut words = FIRST_FREE;
        let mut instruments = Vec::new();
        let mut by_stage = [const { Vec::new() }; Stage::COUNT];
        for (position, metric) in metrics.iter().enumerate() {
            let stages = [Stage::Start, Stage::Stop, Stage::Exception, Stage::Point];
            let wanted: Vec<_> = stages.into_iter().filter(|stage| metric.wants(name, *stage)).collect();
            if wanted.is_empty() {
                continue;
            }
            wanted.iter().for_each(|stage| by_stage[stage.index()].push(instruments.len()));
            let instrument = Instrument::new(position, metric, name, owner, words);
            words += instrument.series.len() * instrument.words_per_series;
            instruments.push(instrument);
        }
        (!instruments.is_empty()).then(|| Self {
            cells: Cells::new(words),
            instruments: instruments.into(),
            by_stage: by_stage.map(Into::into),
            exemplars: Exemplars::default(),
            is_used: AtomicBool::new(false),
        })
    }

    /// Takes note of `event`. What has no room goes into the row that `overflow` gives.
    #[inline]
    pub(super) fn record<'a>(
        &self,
        metrics: &[Metric],
        admission: &Admission,
        event: &Event<'_>,
        exemplar: Option<Exemplar>,
        overflow: impl Fn() -> Option<&'a Self>,
    ) {
        if !self.is_used.load(Ordering::Relaxed) {
            self.show(metrics, admission);
        }
        let mine = self.cells.mine();
        mine.add(EVENTS, 1);
        let mut overflowed = false;
        for &position in &self.by_stage[event.stage().index()] {
            let instrument = &self.instruments[position];
            let metric = &metrics[instrument.metric];
            let Some((series, value)) = instrument.read(metric, event) else { continue };
            let exemplar = exemplar.filter(|_| instrument.has_exemplars());
            if let Some(labelled) = &instrument.labelled {
                let room = labelled.record(metric, instrument.metric, admission, event, value, exemplar);
                overflowed |= room == Room::None;
                continue;
            }
            if instrument.series[series].is_admitted(metric, instrument.metric, admission) {
                instrument.add(metric, mine, series, value, event);
                if let Some(exemplar) = exemplar {
                    self.exemplars.note(metric, (position, series), value, exemplar, event.system_time());
                }
            } else {
                // Made of the same event and metrics, so it has the same layout.
                if let Some(row) = overflow() {
                    let instrument = &row.instruments[position];
                    instrument.add(metric, row.cells.mine(), series, value, event);
                    instrument.series[series].admitted.store(ADMITTED, Ordering::Relaxed);
                }
                overflowed = true;
            }
        }
        if overflowed {
            mine.add(OVERFLOWED, 1);
        }
    }

    /// The series that are to be there from the start, by the position of their metric.
    pub(super) fn known(&self) -> impl Iterator<Item = (usize, &Labels)> {
        self.shown(Shown::FromTheStart).map(|(instrument, series)| (instrument.metric, &series.labels))
    }

    /// Shows the known series; they have been admitted.
    pub(super) fn admit_known(&self) {
        self.shown(Shown::FromTheStart).for_each(|(_, series)| series.admitted.store(ADMITTED, Ordering::Relaxed));
    }

    /// Shows the series that are to be there now that there is an event, as far as there is room.
    #[cold]
    fn show(&self, metrics: &[Metric], admission: &Admission) {
        self.is_used.store(true, Ordering::Relaxed);
        for (instrument, series) in self.shown(Shown::OnceUsed) {
            series.is_admitted(&metrics[instrument.metric], instrument.metric, admission);
        }
    }

    fn shown(&self, shown: Shown) -> impl Iterator<Item = (&Instrument, &Series)> {
        let all =
            self.instruments.iter().flat_map(|instrument| instrument.series.iter().map(move |one| (instrument, one)));
        all.filter(move |(_, series)| series.shown == shown)
    }

    /// Calls `each` with the metric's position, labels and value of every series to be shown.
    pub(super) fn read(&self, metrics: &[Metric], mut each: impl FnMut(usize, &Labels, Reading)) {
        for (number, instrument) in self.instruments.iter().enumerate() {
            let metric = &metrics[instrument.metric];
            let shown = |series: &Series| series.admitted.load(Ordering::Relaxed) == ADMITTED;
            for (position, series) in instrument.series.iter().enumerate().filter(|(_, series)| shown(series)) {
                if let Some(sample) = metric.sample(&self.cells, instrument.word_of(position)) {
                    let exemplars = self.exemplars.of((number, position));
                    let native = series.native.as_ref().map(Native::read);
                    each(instrument.metric, &series.labels, Reading { sample, exemplars, native });
                }
            }
            if let Some(labelled) = &instrument.labelled {
                labelled.read(metric, |labels, reading| each(instrument.metric, labels, reading));
            }
        }
    }

    pub(super) fn events(&self) -> u64 {
        self.cells.sum(EVENTS)
    }

    pub(super) fn overflowed(&self) -> u64 {
        self.cells.sum(OVERFLOWED)
    }

    /// Forgets operations whose end will not be told.
    pub(super) fn reset_in_flight(&self) {
        for instrument in self.instruments.iter().filter(|instrument| instrument.kind == MetricKind::InFlight) {
            let (begun, ended) = (self.cells.sum(instrument.word), self.cells.sum(instrument.word + 1));
            self.cells.mine().add(instrument.word + 1, begun.wrapping_sub(ended));
        }
    }
}

impl Instrument {
    fn new(position: usize, metric: &Metric, name: &'static EventName, owner: Owner<'_>, word: usize) -> Self {
        let kind = metric.definition.kind;
        let words_per_series = metric.words();
        if Labelled::is_needed(metric) {
            let labelled = Some(Labelled::default());
            let (end_tag, series) = (EndTag::None, Box::default());
            return Self { metric: position, kind, end_tag, word, words_per_series, series, labelled };
        }
        let end_tag = EndTag::of(metric);
        let labels = |end: &str| -> Labels {
            let value = |tag: &Tag| match tag {
                Tag::Operation => operation_of(name),
                Tag::Limit => name.last_segment(),
                Tag::Adapter => owner.adapter,
                Tag::Cloud => owner.cloud,
                Tag::Status | Tag::Kind => end,
                Tag::Direction => {
                    EventDefinition::find(name).and_then(|event| event.direction).map_or("", |way| way.as_str())
                }
                Tag::Handler | Tag::Field(_) => "",
            };
            metric.definition.tags.iter().map(|tag| (tag.as_str(), value(tag).into())).collect()
        };
        let series = end_tag.values().into_iter().map(|(end, shown)| {
            let labels = labels(end);
            let is_known = metric.definition.is_known && labels.iter().all(|(_, value)| !value.is_empty());
            let shown = if is_known { shown } else { Shown::OnceCounted };
            Series { labels, shown, admitted: AtomicU8::new(NOT_ASKED), native: Native::of(metric) }
        });
        let series = series.collect();
        Self { metric: position, kind, end_tag, word, words_per_series, series, labelled: None }
    }

    /// Which series `event` goes into, and with what value.
    #[inline]
    fn read(&self, metric: &Metric, event: &Event<'_>) -> Option<(usize, u64)> {
        if self.kind == MetricKind::InFlight && event.stage() != Stage::Start && !event.start_was_told() {
            return None;
        }
        if !metric.definition.includes(event) {
            return None;
        }
        Some((self.end_tag.position(event)?, metric.measure(event)?))
    }

    fn has_exemplars(&self) -> bool {
        matches!(self.kind, MetricKind::Counter | MetricKind::Distribution)
    }

    #[inline]
    fn add(&self, metric: &Metric, part: Part<'_>, series: usize, value: u64, event: &Event<'_>) {
        // First, so that who reads meanwhile finds no more in the classic buckets than in these.
        if let Some(native) = &self.series[series].native {
            native.record(metric, value);
        }
        metric.add(part, self.word_of(series), value, event);
    }

    /// Where a series is kept.
    #[inline]
    fn word_of(&self, series: usize) -> usize {
        self.word + series * self.words_per_series
    }
}

impl Series {
    /// Whether there is room for this series; asked for when it is first needed.
    #[inline]
    fn is_admitted(&self, metric: &Metric, position: usize, admission: &Admission) -> bool {
        match self.admitted.load(Ordering::Relaxed) {
            NOT_ASKED => {
                let is_admitted = admission.admit(position, cost(metric), &self.labels);
                self.admitted.store(if is_admitted { ADMITTED } else { REFUSED }, Ordering::Relaxed);
                is_admitted
            }
            answer => answer == ADMITTED,
        }
    }
}
