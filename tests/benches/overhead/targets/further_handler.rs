use super::Target;
use crate::measure::{Bench, Case};
use crate::ours::span::Observed;
use crate::report::{Bar, Row};

/// Each handler after the first adds at most ten nanoseconds to a span, both its calls together.
pub(crate) const TARGET: Target = Target { id: "P3", limit: 1.0, allocations: None, measure };

fn measure(bench: &Bench) -> Vec<Row> {
    let (one, five) = (Observed::by(1), Observed::by(5));
    let [one, five] = bench.measure([Case::new(|| one.span()), Case::new(|| five.span())]);
    vec![Row {
        what: "each further counting handler",
        ours: five.added_to(&one).divided_by(4.0),
        peer: "ten nanoseconds",
        bar: Bar::Nanos(10.0),
    }]
}
