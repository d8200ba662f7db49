//! Links from numbers to the traces that are among them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, PoisonError, TryLockError};
use std::time::SystemTime;

use super::native::Buckets;
use crate::handlers::metric::{Metric, Sample};
use crate::telemetry::Event;

/// The trace that an event belongs to, which a dashboard links to from the bucket or counter it went into.
///
/// ```
/// use buckets::handlers::prometheus::Exemplar;
///
/// let exemplar = Exemplar::new(0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c).span(0xb7ad_6b71_6920_3331);
/// assert_eq!(exemplar.span_id, Some(0xb7ad_6b71_6920_3331));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Exemplar {
    /// The trace's number (W3C trace context).
    pub trace_id: u128,
    /// The number of the span in it.
    pub span_id: Option<u64>,
}

impl Exemplar {
    /// Of a whole trace.
    pub const fn new(trace_id: u128) -> Self {
        Self { trace_id, span_id: None }
    }

    /// Of this span in it.
    pub const fn span(self, span_id: u64) -> Self {
        Self { span_id: Some(span_id), ..self }
    }
}

/// Tells the trace of an event.
pub(super) struct Source(pub(super) Box<SourceFn>);

type SourceFn = dyn Fn(&Event<'_>) -> Option<Exemplar> + Send + Sync;

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Source")
    }
}

/// An exemplar as it was seen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Noted {
    pub(super) exemplar: Exemplar,
    /// What was measured, in the metric's unit.
    pub(super) value: f64,
    /// When, since 1970.
    pub(super) seconds: f64,
}

/// What a series says, with what was seen by its buckets; a counter is one bucket.
pub(super) struct Reading {
    pub(super) sample: Sample,
    pub(super) exemplars: BTreeMap<usize, Noted>,
    /// The same distribution in finer buckets, where those are kept.
    pub(super) native: Option<Buckets>,
}

/// The last exemplars of a row, by the position of the instrument, the series and the bucket.
#[derive(Default)]
pub(super) struct Exemplars(Mutex<BTreeMap<(usize, usize, usize), Noted>>);

impl Exemplars {
    /// Keeps `exemplar`, unless another thread is doing so: any one does.
    pub(super) fn note(
        &self,
        metric: &Metric,
        place: (usize, usize),
        measured: u64,
        exemplar: Exemplar,
        now: SystemTime,
    ) {
        let mut all = match self.0.try_lock() {
            Ok(all) => all,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return,
        };
        let seconds = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs_f64();
        let (bucket, value) = (metric.bucket(measured), metric.in_unit(metric.number(measured)));
        all.insert((place.0, place.1, bucket), Noted { exemplar, value, seconds });
    }

    /// Those of the series at `place`, by bucket.
    pub(super) fn of(&self, (instrument, series): (usize, usize)) -> BTreeMap<usize, Noted> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let range = all.range((instrument, series, 0)..=(instrument, series, usize::MAX));
        range.map(|((_, _, bucket), noted)| (*bucket, *noted)).collect()
    }
}

impl Reading {
    pub(super) fn of(sample: Sample) -> Self {
        Self { sample, exemplars: BTreeMap::new(), native: None }
    }

    /// Adds what another row has of the same series.
    pub(super) fn merge(&mut self, other: Self) {
        self.sample.merge(other.sample);
        if let (Some(mine), Some(other)) = (&mut self.native, other.native) {
            mine.merge(other);
        }
        for (bucket, noted) in other.exemplars {
            let mine = self.exemplars.entry(bucket).or_insert(noted);
            if noted.seconds > mine.seconds {
                *mine = noted;
            }
        }
    }
}
