use std::hint::black_box;

use super::Target;
use crate::measure::{Bench, Case};
use crate::ours::instrumented::Counting;
use crate::ours::span::Observed;
use crate::peers::floor::Floor;
use crate::report::Row;
use crate::{ours, peers};

const FLOOR: &str = "two clock reads, two dispatches";
/// Without the clock and what happened, because a subscriber gets neither.
const TRACING: &str = "tracing::instrument, one that counts";
const AUTOMETRICS: &str = "autometrics with its Prometheus";

/// A span that one handler counts costs little more than the clock and the calls.
pub(crate) const TARGET: Target = Target { id: "P2", limit: 1.2, allocations: Some(0.0), measure };

fn measure(bench: &Bench) -> Vec<Row> {
    let mut rows = spans(bench);
    rows.extend(functions(bench));
    rows.extend(async_functions(bench));
    rows
}

fn spans(bench: &Bench) -> Vec<Row> {
    let (observed, floor) = (Observed::by(1), Floor::new());
    let [ours, bar] = bench.measure([Case::new(|| observed.span()), Case::new(|| floor.span())]);
    vec![Row { what: "span with one counting handler", ours, peer: FLOOR, bar, decides: true }]
}

fn functions(bench: &Bench) -> Vec<Row> {
    let (_counting, _counted) = (Counting::by(1), peers::tracing::count());
    peers::fastrace::report();
    let floor = Floor::new();
    let [ours, floor, tracing, fastrace, autometrics] = bench.measure([
        Case::new(|| ours::instrumented::function(black_box(7))),
        Case::new(|| floor.span()),
        Case::new(|| peers::tracing::function(black_box(7))),
        Case::new(|| peers::fastrace::reported(black_box(7))),
        Case::new(|| peers::autometrics::function(black_box(7))),
    ]);
    let what = "#[instrumented] function, one handler";
    vec![
        Row { what, ours: ours.clone(), peer: FLOOR, bar: floor, decides: true },
        Row { what, ours: ours.clone(), peer: TRACING, bar: tracing, decides: false },
        Row { what, ours: ours.clone(), peer: "fastrace::trace, in a trace of its own", bar: fastrace, decides: false },
        Row { what, ours, peer: AUTOMETRICS, bar: autometrics, decides: false },
    ]
}

fn async_functions(bench: &Bench) -> Vec<Row> {
    let (_counting, _counted) = (Counting::by(1), peers::tracing::count());
    let (runtime, floor) = (&bench.runtime, Floor::new());
    let [ours, floor, tracing, fastrace, autometrics] = bench.measure([
        Case::future(runtime, async || ours::instrumented::async_function(black_box(7)).await),
        Case::new(|| floor.span()),
        Case::future(runtime, async || peers::tracing::async_function(black_box(7)).await),
        Case::future(runtime, async || peers::fastrace::async_reported(black_box(7)).await),
        Case::future(runtime, async || peers::autometrics::async_function(black_box(7)).await),
    ]);
    let what = "#[instrumented] async fn, one handler";
    vec![
        Row { what, ours: ours.clone(), peer: FLOOR, bar: floor, decides: false },
        Row { what, ours: ours.clone(), peer: TRACING, bar: tracing, decides: false },
        Row { what, ours: ours.clone(), peer: "fastrace::trace, in a trace of its own", bar: fastrace, decides: false },
        Row { what, ours, peer: AUTOMETRICS, bar: autometrics, decides: false },
    ]
}
