use super::Target;
use crate::measure::{Bench, Case};
use crate::ours::metered::Metered;
use crate::peers::prometheus::Recorder;
use crate::report::Row;

/// Recording the built-in metrics on two threads at once costs each of them at most half as much again.
pub(crate) const TARGET: Target = Target { id: "P6", limit: 1.5, allocations: None, measure };

fn measure(bench: &Bench) -> Vec<Row> {
    let metered = Metered::by_prometheus();
    let peer = Recorder::new();
    let [one, two, peer_one, peer_two] = bench.measure([
        Case::on_threads(1, || metered.span()),
        Case::on_threads(2, || metered.span()),
        Case::on_threads(1, || peer.record_resolved()),
        Case::on_threads(2, || peer.record_resolved()),
    ]);
    vec![
        Row {
            what: "a span with all metrics, two threads at once",
            ours: two,
            peer: "the same on one thread",
            bar: one,
            decides: true,
        },
        Row {
            what: "`prometheus`, resolved, two threads at once",
            ours: peer_two,
            peer: "the same on one thread",
            bar: peer_one,
            decides: false,
        },
    ]
}
