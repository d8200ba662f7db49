use super::Target;
use crate::measure::{Bench, Case};
use crate::ours::metered::Metered;
use crate::peers::cadence::Cadence;
use crate::peers::prometheus::Recorder;
use crate::report::Row;

/// Counting and timing an operation for StatsD costs its caller at most half of what queueing one time costs
/// with cadence.
pub(crate) const TARGET: Target = Target { id: "P10", limit: 0.5, allocations: Some(0.0), measure };

fn measure(bench: &Bench) -> Vec<Row> {
    let (nobody, statsd, prometheus) = (Metered::by_nobody(), Metered::by_statsd(), Metered::by_prometheus());
    let (cadence, recorder) = (Cadence::new(), Recorder::new());
    let [nobody, statsd, prometheus, cadence, recorder] = bench.measure([
        Case::new(|| nobody.span()),
        Case::new(|| statsd.span()),
        Case::new(|| prometheus.span()),
        Case::new(|| cadence.time(7)),
        Case::new(|| recorder.record()),
    ]);
    vec![
        Row {
            what: "StatsD: all of a span",
            ours: statsd.added_to(&nobody),
            peer: "cadence, one time with two tags, queued",
            bar: cadence,
            decides: true,
        },
        Row {
            what: "Prometheus: all of a span",
            ours: prometheus.added_to(&nobody),
            peer: "`prometheus`, one histogram and counter",
            bar: recorder,
            decides: false,
        },
    ]
}
