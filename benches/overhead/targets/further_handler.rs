use std::hint::black_box;

use super::Target;
use crate::measure::{Bench, Case, Figure};
use crate::ours;
use crate::ours::instrumented::Counting;
use crate::ours::span::Observed;
use crate::peers::floor::Floor;
use crate::report::Row;

/// Each handler after the first adds at most ten nanoseconds to a span, both its calls together.
///
/// Ten nanoseconds where the floor takes 65: the handlers of this benchmark do an atomic addition per
/// call, and on some machines two of those alone take longer than that.
pub(crate) const TARGET: Target = Target { id: "P3", limit: 1.0, allocations: None, measure };

const FLOORS_PER_HANDLER: f64 = 65.0 / 10.0;
const PEER: &str = "10 ns where the floor takes 65";

fn measure(bench: &Bench) -> Vec<Row> {
    let (one, five, floor) = (Observed::by(1), Observed::by(5), Floor::new());
    let [one, five, floor] =
        bench.measure([Case::new(|| one.span()), Case::new(|| five.span()), Case::new(|| floor.span())]);
    let bar = floor.divided_by(FLOORS_PER_HANDLER);
    let ours = five.added_to(&one).divided_by(4.0);
    let spans = Row { what: "each further counting handler", ours, peer: PEER, bar, decides: true };
    [spans].into_iter().chain(functions(bench)).collect()
}

/// Handlers of the global dispatcher come and go for all, so one and five of them are measured one after the other.
fn functions(bench: &Bench) -> [Row; 2] {
    let floor = Floor::new();
    let measure = |handlers| {
        let _counting = Counting::by(handlers);
        bench.measure([
            Case::new(|| ours::instrumented::function(black_box(7))),
            Case::future(&bench.runtime, async || ours::instrumented::async_function(black_box(7)).await),
            Case::new(|| floor.span()),
        ])
    };
    let [one, one_async, _] = measure(1);
    let [five, five_async, floor] = measure(5);
    let bar = floor.divided_by(FLOORS_PER_HANDLER);
    let row = |what, one: &Figure, five: &Figure| {
        let ours = five.added_to(one).divided_by(4.0);
        Row { what, ours, peer: PEER, bar: bar.clone(), decides: false }
    };
    [
        row("the same, of an #[instrumented] function", &one, &five),
        row("the same, of an #[instrumented] async fn", &one_async, &five_async),
    ]
}
