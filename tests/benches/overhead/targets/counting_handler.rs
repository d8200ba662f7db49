use super::Target;
use crate::measure::{Bench, Case};
use crate::ours::span::Observed;
use crate::peers::floor::Floor;
use crate::report::Row;

/// A span that one handler counts costs little more than the clock and the calls.
pub(crate) const TARGET: Target = Target { id: "P2", limit: 1.2, allocations: Some(0.0), measure };

fn measure(bench: &Bench) -> Vec<Row> {
    let (observed, floor) = (Observed::by(1), Floor::new());
    let [ours, bar] = bench.measure([Case::new(|| observed.span()), Case::new(|| floor.span())]);
    vec![Row { what: "span with one counting handler", ours, peer: "two clock reads, two dispatches", bar }]
}
