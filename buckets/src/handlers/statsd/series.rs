//! What happened to one kind of operation of one cloud, counted.

use super::own::Own;
use crate::error::ErrorKind;
use crate::handlers::cells::Cells;
use crate::telemetry::{Event, EventName, Outcome, Selector, Stage};

pub(super) struct Series {
    pub(super) number: u32,
    pub(super) name: &'static EventName,
    pub(super) adapter: Box<str>,
    pub(super) cloud: Box<str>,
    /// Whether the events of a stage are counted and timed themselves.
    is_selected: [bool; Stage::COUNT],
    /// The positions of the metrics of one's own, and of built-in gauges, that are made of them.
    own: [Box<[usize]>; Stage::COUNT],
    counts: Cells,
}

const BEGUN: usize = 0;
const ENDED: usize = 1;
const SUCCEEDED: usize = 2;
const EXPECTED: usize = 3;
const CANCELLED: usize = 4;
const HAPPENED: usize = 5;
const BYTES: usize = 6;
const FAILED: usize = 7;
const WORDS: usize = FAILED + ErrorKind::ALL.len();

/// What was counted so far, or since the time before.
#[derive(Clone)]
pub(super) struct Counts([u64; WORDS]);

impl Series {
    pub(super) fn new(number: u32, event: &Event<'_>, selectors: &[Selector], own: &Own) -> Self {
        let name = event.name();
        let (adapter, cloud) = (event.adapter().into(), event.cloud().into());
        let mut series = Self {
            number,
            name,
            adapter,
            cloud,
            is_selected: Default::default(),
            own: Default::default(),
            counts: Cells::new(WORDS),
        };
        for stage in [Stage::Start, Stage::Stop, Stage::Exception, Stage::Point] {
            let is_selected = selectors.iter().any(|selector| selector.matches(name.as_str(), stage));
            series.is_selected[stage.index()] = is_selected;
            series.own[stage.index()] = own.of(name, stage, is_selected);
        }
        series
    }

    pub(super) fn is_selected(&self, stage: Stage) -> bool {
        self.is_selected[stage.index()]
    }

    pub(super) fn own(&self, stage: Stage) -> &[usize] {
        &self.own[stage.index()]
    }

    pub(super) fn count(&self, event: &Event<'_>) {
        let counts = self.counts.mine();
        let Some(outcome) = event.outcome() else {
            return counts.add(if event.stage() == Stage::Start { BEGUN } else { HAPPENED }, 1);
        };
        if event.start_was_told() {
            counts.add(ENDED, 1);
        }
        counts.add(
            match outcome {
                Outcome::Success => SUCCEEDED,
                Outcome::Expected(_) => EXPECTED,
                Outcome::Cancelled => CANCELLED,
                Outcome::Error(kind) => FAILED + kind.index(),
                Outcome::Panic => FAILED + ErrorKind::Panic.index(),
            },
            1,
        );
        if let Some(bytes) = event.bytes() {
            counts.add(BYTES, bytes);
        }
    }

    pub(super) fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        // Ends before beginnings: what begins in between makes more of them, never less than none.
        for word in (0..WORDS).rev() {
            counts.0[word] = self.counts.sum(word);
        }
        counts
    }
}

impl Counts {
    pub(super) fn since(&self, earlier: &Self) -> Self {
        let mut since = self.clone();
        since.0.iter_mut().zip(earlier.0).for_each(|(now, then)| *now = now.wrapping_sub(then));
        since
    }

    pub(super) fn in_flight(&self) -> u64 {
        self.0[BEGUN].saturating_sub(self.0[ENDED])
    }

    /// Whether any operation was in flight ever.
    pub(super) fn has_begun(&self) -> bool {
        self.0[BEGUN] > 0
    }

    pub(super) fn bytes(&self) -> u64 {
        self.0[BYTES]
    }

    /// What is counted one by one, by what the name of its metric ends in, with the kind of errors.
    pub(super) fn each(&self) -> impl Iterator<Item = (&'static str, &'static str, u64)> {
        let plain = [
            ("count", "", self.0[SUCCEEDED]),
            ("expected", "", self.0[EXPECTED]),
            ("cancelled", "", self.0[CANCELLED]),
            // A point event is its own metric.
            ("", "", self.0[HAPPENED]),
        ];
        let failed = ErrorKind::ALL.iter().map(|kind| ("error", kind.as_str(), self.0[FAILED + kind.index()]));
        plain.into_iter().chain(failed).filter(|(_, _, count)| *count > 0)
    }
}

impl Default for Counts {
    fn default() -> Self {
        Self([0; WORDS])
    }
}
