//! Native histograms: buckets that need no bounds to be chosen.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::handlers::cells::Cells;
use crate::handlers::metric::Metric;
use crate::telemetry::catalogue::MetricKind;

/// The resolution: eight buckets to each power of two, so that each ends 9.05 % above where it begins.
pub(super) const SCHEMA: i32 = 3;
/// What is no larger than this counts as zero: the width that Prometheus recommends, which is that of zero alone
/// for all that is kept here.
pub(super) const ZERO_THRESHOLD: f64 = 2.938735877055719e-39; // 2^-128

const PER_POWER: i32 = 1 << SCHEMA;
/// The bucket of a nanosecond, the least that is above zero.
const LOWEST: i32 = -30 * PER_POWER;
/// That of the most bytes there can be.
const HIGHEST: i32 = 64 * PER_POWER;
/// How many buckets are made together: two powers of two.
const CHUNK: usize = 16;
/// The first one is for what is zero.
const BUCKETS: usize = 1 + (HIGHEST - LOWEST) as usize + 1;

/// The bounds of the buckets between a half and one.
const BOUNDS: [f64; PER_POWER as usize] = [
    0.5,
    0.5452538663326288,
    0.5946035575013605,
    0.6484197773255048,
    std::f64::consts::FRAC_1_SQRT_2,
    0.7711054127039704,
    0.8408964152537145,
    0.9170040432046712,
];

/// The buckets of one series. There is room for whatever can be measured in nanoseconds or bytes, in 753 buckets at
/// most, and memory only for those near to what was.
#[derive(Default)]
pub(super) struct Native(OnceLock<Box<[OnceLock<Cells>]>>);

/// How many measurements each bucket has that has any, by its index; [`None`] is that of zero.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Buckets(pub(super) BTreeMap<Option<i32>, u64>);

/// Buckets as Prometheus is told of them: runs of neighbours, and by how much each count differs from the one before.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Spans {
    /// The distance from the end of the run before, and the length.
    pub(super) runs: Vec<(i32, u32)>,
    pub(super) deltas: Vec<i64>,
}

impl Native {
    /// The empty buckets of a series of `metric`, if they are wanted and suit it: measurements must be whole
    /// nanoseconds or bytes.
    pub(super) fn of(metric: &Metric) -> Option<Self> {
        let is_suitable = metric.definition.kind == MetricKind::Distribution && metric.is_whole();
        (metric.is_native && is_suitable).then(Self::default)
    }

    /// Counts what was [measured](Metric::measure).
    #[inline]
    pub(super) fn record(&self, metric: &Metric, measured: u64) {
        let place = index(metric.in_unit(metric.number(measured))).map_or(0, |index| 1 + (index - LOWEST) as usize);
        let chunks = self.0.get_or_init(|| (0..BUCKETS.div_ceil(CHUNK)).map(|_| OnceLock::new()).collect());
        chunks[place / CHUNK].get_or_init(|| Cells::new(CHUNK)).mine().add(place % CHUNK, 1);
    }

    pub(super) fn read(&self) -> Buckets {
        let chunks = self.0.get().into_iter().flatten().enumerate();
        let filled = chunks.filter_map(|(chunk, cells)| Some((chunk * CHUNK, cells.get()?)));
        let counts = filled.flat_map(|(first, cells)| (0..CHUNK).map(move |word| (first + word, cells.sum(word))));
        let index = |place: usize| place.checked_sub(1).map(|above| above as i32 + LOWEST);
        Buckets(counts.filter(|(_, count)| *count > 0).map(|(place, count)| (index(place), count)).collect())
    }
}

/// The index of the bucket that `value` belongs to; [`None`] for zero. Bucket `i` ends at 2^(i/8), which belongs to it.
#[inline]
fn index(value: f64) -> Option<i32> {
    const MANTISSA: u64 = (1 << 52) - 1;
    if value <= ZERO_THRESHOLD {
        return None;
    }
    let bits = value.to_bits();
    // The value is `fraction` times two to the power of `exponent`, and the fraction from a half to one.
    let exponent = ((bits >> 52) & 0x7ff) as i32 - 1022;
    let fraction = f64::from_bits((bits & MANTISSA) | (1022 << 52));
    let within = BOUNDS.iter().filter(|bound| **bound < fraction).count() as i32;
    Some((within + (exponent - 1) * PER_POWER).clamp(LOWEST, HIGHEST))
}

impl Buckets {
    /// Adds what another row has of the same series.
    pub(super) fn merge(&mut self, other: Self) {
        for (index, count) in other.0 {
            *self.0.entry(index).or_default() += count;
        }
    }

    /// How many measurements there are.
    pub(super) fn count(&self) -> u64 {
        self.0.values().sum()
    }

    pub(super) fn zeros(&self) -> u64 {
        self.0.get(&None).copied().unwrap_or_default()
    }

    /// The buckets above zero.
    pub(super) fn spans(&self) -> Spans {
        /// So many empty buckets are cheaper than another run.
        const MOST_EMPTY: i32 = 2;
        let mut spans = Spans::default();
        let mut before = None;
        let mut count_before = 0;
        for (index, count) in self.0.iter().filter_map(|(index, count)| Some(((*index)?, *count as i64))) {
            let gap = before.map_or(index, |before: i32| index - before - 1);
            match spans.runs.last_mut() {
                Some((_, length)) if gap <= MOST_EMPTY => {
                    for _ in 0..gap {
                        spans.deltas.push(-std::mem::take(&mut count_before));
                    }
                    *length += gap as u32 + 1;
                }
                _ => spans.runs.push((gap, 1)),
            }
            spans.deltas.push(count - count_before);
            (before, count_before) = (Some(index), count);
        }
        spans
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_belong_to_the_bucket_that_they_end() {
        for (power, value) in (-29..64).map(|power| (power, 2.0_f64.powi(power))) {
            assert_eq!(index(value), Some(power * PER_POWER), "2^{power}");
            assert_eq!(index(value.next_up()), Some(power * PER_POWER + 1), "just above 2^{power}");
            assert_eq!(index(value.next_down()), Some(power * PER_POWER), "just below 2^{power}");
        }
        assert_eq!((index(0.0), index(ZERO_THRESHOLD)), (None, None));
        assert_eq!((index(1e-9), index(u64::MAX as f64)), (Some(-239), Some(HIGHEST)));
    }

    /// By logarithms, which the code does not use.
    #[test]
    fn every_value_is_between_the_bounds_of_its_bucket() {
        let mut value = 1.1e-9;
        while value < 1e19 {
            let index = f64::from(index(value).expect("above zero"));
            let eighths = value.log2() * 8.0;
            assert!(index - 1.0 < eighths + 1e-9 && eighths - 1e-9 <= index, "{value} in {index}");
            value *= 1.003;
        }
    }

    fn spans(counts: &[(i32, u64)]) -> Spans {
        Buckets(counts.iter().map(|(index, count)| (Some(*index), *count)).collect()).spans()
    }

    #[test]
    fn runs_of_buckets_are_told_with_the_differences_of_their_counts() {
        assert_eq!(spans(&[]), Spans::default());
        assert_eq!(spans(&[(-5, 3)]), Spans { runs: vec![(-5, 1)], deltas: vec![3] });
        let neighbours = Spans { runs: vec![(0, 3)], deltas: vec![3, -2, 9] };
        assert_eq!(spans(&[(0, 3), (1, 1), (2, 10)]), neighbours);
        let short_gap = Spans { runs: vec![(1, 4)], deltas: vec![5, -5, 0, 7] };
        assert_eq!(spans(&[(1, 5), (4, 7)]), short_gap);
        let long_gap = Spans { runs: vec![(-9, 1), (3, 2)], deltas: vec![5, 2, -6] };
        assert_eq!(spans(&[(-9, 5), (-5, 7), (-4, 1)]), long_gap);
    }
}
