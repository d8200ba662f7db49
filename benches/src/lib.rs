//! What the benchmarks of `buckets` share.

use std::fmt::{self, Display, Formatter};

/// The middle one of `figures`, or the upper of the middle two.
///
/// # Panics
///
/// When there are none.
#[must_use]
pub fn median(figures: impl IntoIterator<Item = f64>) -> f64 {
    let mut sorted: Vec<_> = figures.into_iter().collect();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// Whether a target is met, which [`Display`] tells in a line.
#[derive(Debug)]
pub struct Verdict {
    target: String,
    ratio: f64,
    limit: f64,
    figures: Vec<Figure>,
}

#[derive(Debug)]
struct Figure {
    name: &'static str,
    value: f64,
    limit: f64,
}

impl Verdict {
    /// About `target`, which is met with `ratio`s of up to `limit`: what is ours, divided by what is compared with it.
    #[must_use]
    pub fn new(target: impl Into<String>, ratio: f64, limit: f64) -> Self {
        Self { target: target.into(), ratio, limit, figures: Vec::new() }
    }

    /// And only if `value`, of us alone, is no more than `limit`.
    #[must_use]
    pub fn and(mut self, name: &'static str, value: f64, limit: f64) -> Self {
        self.figures.push(Figure { name, value, limit });
        self
    }

    /// Whether nothing is above its limit.
    #[must_use]
    pub fn is_met(&self) -> bool {
        self.ratio <= self.limit && self.figures.iter().all(|figure| figure.value <= figure.limit)
    }
}

impl Display for Verdict {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let met = if self.is_met() { "met" } else { "missed" };
        write!(f, "{} {met} ratio={:.3} limit={:.3}", self.target, self.ratio, self.limit)?;
        self.figures
            .iter()
            .try_for_each(|Figure { name, value, limit }| write!(f, " {name}={} of {limit}", Count(*value)))
    }
}

/// A number with decimals only if it is a broken one.
#[derive(Debug)]
pub struct Count(pub f64);

impl Display for Count {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let decimals = if self.0.fract().abs() < 0.005 { 0 } else { 2 };
        f.pad(&format!("{:.decimals$}", self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_is_the_middle() {
        assert_eq!(median([3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median([4.0, 1.0, 3.0, 2.0]), 3.0);
    }

    #[test]
    fn a_verdict_tells_what_is_above_its_limit() {
        let verdict = |ratio, value| Verdict::new("P9", ratio, 1.0).and("MiB", value, 40.0).to_string();
        assert_eq!(verdict(1.0, 40.0), "P9 met ratio=1.000 limit=1.000 MiB=40 of 40");
        assert_eq!(verdict(1.001, 40.0), "P9 missed ratio=1.001 limit=1.000 MiB=40 of 40");
        assert_eq!(verdict(0.5, 40.125), "P9 missed ratio=0.500 limit=1.000 MiB=40.12 of 40");
    }
}
