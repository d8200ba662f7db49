//! The table and the verdicts.

use buckets_benches::{Count, Verdict};

use crate::measure::Figure;
use crate::targets::Target;

/// One comparison; a target is as good as the worst of those that decide it.
pub(crate) struct Row {
    pub(crate) what: &'static str,
    pub(crate) ours: Figure,
    pub(crate) peer: &'static str,
    /// A peer or a floor, measured in the same run.
    pub(crate) bar: Figure,
    /// Whether the target is about this one; others are there to be looked at.
    pub(crate) decides: bool,
}

impl Row {
    fn ratio(&self) -> f64 {
        self.ours.nanos() / self.bar.nanos()
    }
}

/// Prints what was measured, then a line per target.
pub(crate) fn print(measured: &[(&Target, Vec<Row>)]) {
    println!();
    println!("Nanoseconds and allocations per call, medians of interleaved rounds; ratio = ours / peer.");
    println!();
    println!(
        "{:<8} {:<46} {:>9} {:>6}  {:<37} {:>9} {:>6} {:>7}",
        "", "what", "ours ns", "allocs", "peer", "peer ns", "allocs", "ratio"
    );
    for (target, rows) in measured {
        for row in rows {
            println!(
                "{:<8} {:<46} {:>9.1} {:>6}  {:<37} {:>9.1} {:>6} {:>7.3}",
                target.id,
                row.what,
                row.ours.nanos(),
                Count(row.ours.allocations),
                row.peer,
                row.bar.nanos(),
                Count(row.bar.allocations),
                row.ratio(),
            );
        }
    }
    println!();
    for (target, rows) in measured {
        println!("{}", verdict(target, rows));
    }
}

fn verdict(target: &Target, rows: &[Row]) -> Verdict {
    let deciding = || rows.iter().filter(|row| row.decides);
    let ratio = deciding().map(Row::ratio).fold(f64::NEG_INFINITY, f64::max);
    let allocations = deciding().map(|row| row.ours.allocations).fold(0.0, f64::max);
    let verdict = Verdict::new(target.id, ratio, target.limit);
    match target.allocations {
        Some(limit) => verdict.and("allocations", allocations, limit),
        None => verdict,
    }
}
