use std::hint::black_box;

use super::Target;
use crate::measure::{Bench, Case};
use crate::ours::metered::Metered;
use crate::peers::prometheus::Recorder;
use crate::report::Row;

/// Recording the built-in metrics on two threads at once costs each of them at most half as much again.
///
/// Half as much again as two threads that share nothing cost each other: two processors may be one core.
pub(crate) const TARGET: Target = Target { id: "P6", limit: 1.5, allocations: None, measure };

const PEER: &str = "on one thread, slowed as by arithmetic";

fn measure(bench: &Bench) -> Vec<Row> {
    let metered = Metered::by_prometheus();
    let peer = Recorder::new();
    let [one, two, peer_one, peer_two, alone, beside] = bench.measure([
        Case::on_threads(1, || metered.span()),
        Case::on_threads(2, || metered.span()),
        Case::on_threads(1, || peer.record_resolved()),
        Case::on_threads(2, || peer.record_resolved()),
        Case::on_threads(1, arithmetic),
        Case::on_threads(2, arithmetic),
    ]);
    vec![
        Row {
            what: "a span with all metrics, two threads at once",
            ours: two,
            peer: PEER,
            bar: one.slowed_as(&alone, &beside),
            decides: true,
        },
        Row {
            what: "`prometheus`, resolved, two threads at once",
            ours: peer_two,
            peer: PEER,
            bar: peer_one.slowed_as(&alone, &beside),
            decides: false,
        },
        Row {
            what: "arithmetic, two threads at once",
            ours: beside,
            peer: "the same on one thread",
            bar: alone,
            decides: false,
        },
    ]
}

/// Work that shares nothing, of about a span's length.
fn arithmetic() {
    (0..300).fold(1_u64, |number, step| black_box(number.wrapping_mul(31) ^ step));
}
