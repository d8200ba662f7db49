use super::Target;
use crate::measure::{Bench, Case};
use crate::ours::metered::Metered;
use crate::peers::cadence::Cadence;
use crate::report::Row;

/// Counting and timing an operation for StatsD costs its caller at most half of what queueing one time costs
/// with cadence.
pub(crate) const TARGET: Target = Target { id: "P10", limit: 0.5, allocations: Some(0.0), measure };

fn measure(bench: &Bench) -> Vec<Row> {
    let (nobody, statsd, cadence) = (Metered::by_nobody(), Metered::by_statsd(), Cadence::new());
    let [nobody, statsd, cadence] =
        bench.measure([Case::new(|| nobody.span()), Case::new(|| statsd.span()), Case::new(|| cadence.time(7))]);
    vec![Row {
        what: "StatsD: all of a span",
        ours: statsd.added_to(&nobody),
        peer: "cadence, one time with two tags, queued",
        bar: cadence,
        decides: true,
    }]
}
