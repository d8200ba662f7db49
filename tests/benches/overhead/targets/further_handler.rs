use super::Target;
use crate::measure::{Bench, Case};
use crate::ours::span::Observed;
use crate::peers::floor::Floor;
use crate::report::Row;

/// Each handler after the first adds at most ten nanoseconds to a span, both its calls together.
///
/// Ten nanoseconds where the floor takes 65: the handlers of this benchmark do an atomic addition per
/// call, and on some machines two of those alone take longer than that.
pub(crate) const TARGET: Target = Target { id: "P3", limit: 1.0, allocations: None, measure };

const FLOORS_PER_HANDLER: f64 = 65.0 / 10.0;

fn measure(bench: &Bench) -> Vec<Row> {
    let (one, five, floor) = (Observed::by(1), Observed::by(5), Floor::new());
    let [one, five, floor] =
        bench.measure([Case::new(|| one.span()), Case::new(|| five.span()), Case::new(|| floor.span())]);
    vec![Row {
        what: "each further counting handler",
        ours: five.added_to(&one).divided_by(4.0),
        peer: "10 ns where the floor takes 65",
        bar: floor.divided_by(FLOORS_PER_HANDLER),
    }]
}
