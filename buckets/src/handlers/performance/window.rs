//! What happened lately.

use std::time::Duration;

use hdrhistogram::Histogram;

use crate::telemetry::Timestamp;

/// How many parts a window is made of: what is older than the window goes one part at a time.
const PARTS: u64 = 6;
/// Percentiles are right to one part in a hundred.
const SIGNIFICANT_DIGITS: u8 = 2;
/// Longer durations count as this one.
const LONGEST: Duration = Duration::from_secs(60 * 60);

/// How durations were distributed in a span of time that moves along.
pub(super) struct Window {
    part: Duration,
    parts: Vec<Part>,
}

struct Part {
    /// Which part of all time this is.
    number: u64,
    durations: Histogram<u32>,
}

/// How long operations took: each number over the same ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Durations {
    /// How many operations there were.
    pub count: u64,
    /// Their average.
    pub mean: Duration,
    /// Half of them took at most so long.
    pub p50: Duration,
    /// 95 of a hundred took at most so long.
    pub p95: Duration,
    /// 99 of a hundred took at most so long.
    pub p99: Duration,
    /// The longest.
    pub max: Duration,
}

impl Window {
    pub(super) fn new(length: Duration) -> Self {
        let part = (length / PARTS as u32).max(Duration::from_nanos(1));
        Self { part, parts: Vec::new() }
    }

    pub(super) fn record(&mut self, now: Timestamp, duration: Duration) {
        let number = self.number(now);
        let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        if let Some(part) = self.part(number) {
            part.durations.saturating_record(nanos);
        }
    }

    /// The part with this number, made of the oldest one if there is none yet.
    fn part(&mut self, number: u64) -> Option<&mut Part> {
        let known = self.parts.iter().position(|part| part.number == number);
        let position = match known {
            Some(position) => position,
            None if (self.parts.len() as u64) < PARTS => {
                let longest = LONGEST.as_nanos() as u64;
                let durations = Histogram::new_with_bounds(1, longest, SIGNIFICANT_DIGITS).ok()?;
                self.parts.push(Part { number, durations });
                self.parts.len() - 1
            }
            None => {
                let oldest = (0..self.parts.len()).min_by_key(|position| self.parts[*position].number)?;
                let part = &mut self.parts[oldest];
                // An event that was held up for longer than the window has nothing to say of it.
                if part.number > number {
                    return None;
                }
                part.number = number;
                part.durations.reset();
                oldest
            }
        };
        self.parts.get_mut(position)
    }

    /// What is in the window that ends now.
    pub(super) fn read(&self, now: Timestamp) -> Durations {
        let now = self.number(now);
        let recent = self.parts.iter().filter(|part| part.number + PARTS > now && part.number <= now);
        let mut all: Option<Histogram<u32>> = None;
        for part in recent {
            match &mut all {
                None => all = Some(part.durations.clone()),
                // They have the same bounds, so that none is too large for another.
                Some(all) => all.add(&part.durations).unwrap_or_default(),
            }
        }
        all.as_ref().map(Durations::of).unwrap_or_default()
    }

    fn number(&self, now: Timestamp) -> u64 {
        (u128::from(now.as_nanos()) / self.part.as_nanos()) as u64
    }
}

impl Durations {
    fn of(histogram: &Histogram<u32>) -> Self {
        let at = |quantile| Duration::from_nanos(histogram.value_at_quantile(quantile));
        Self {
            count: histogram.len(),
            mean: Duration::from_nanos(histogram.mean() as u64),
            p50: at(0.5),
            p95: at(0.95),
            p99: at(0.99),
            max: Duration::from_nanos(histogram.max()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_nanos(seconds * 1_000_000_000)
    }

    #[test]
    fn what_is_older_than_the_window_is_gone() {
        let mut window = Window::new(Duration::from_secs(60));
        window.record(at(5), Duration::from_secs(3));
        window.record(at(30), Duration::from_secs(1));
        assert_eq!(window.read(at(59)).count, 2);
        assert_eq!(window.read(at(60)).count, 1, "the first ten seconds went as one");
        assert_eq!(window.read(at(89)).count, 1);
        assert_eq!(window.read(at(90)), Durations::default());
        window.record(at(95), Duration::from_secs(2));
        window.record(at(3), Duration::from_secs(9));
        assert_eq!(window.read(at(95)).count, 1, "an event that was held up is not taken for a new one");
    }

    #[test]
    fn percentiles_are_right_to_one_in_a_hundred() {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut next = || {
            // xorshift64, which is random enough to spread over seven decades.
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let exponent = (state % 7_000) as f64 / 1_000.0;
            Duration::from_nanos((1_000.0 * 10_f64.powf(exponent)) as u64)
        };
        let mut window = Window::new(Duration::from_secs(60));
        let mut exact: Vec<_> = (0..100_000).map(|_| next()).collect();
        exact.iter().for_each(|duration| window.record(at(1), *duration));
        exact.sort_unstable();
        let read = window.read(at(1));
        for (quantile, measured) in [(0.5, read.p50), (0.95, read.p95), (0.99, read.p99), (1.0, read.max)] {
            let expected = exact[((exact.len() as f64 * quantile).ceil() as usize - 1).min(exact.len() - 1)];
            let error = (measured.as_secs_f64() / expected.as_secs_f64() - 1.0).abs();
            assert!(error < 0.01, "{quantile}: {measured:?} for {expected:?}");
        }
    }
}
