use std::hint::black_box;

use super::Target;
use crate::measure::{Bench, Case};
use crate::report::Row;
use crate::{ours, peers};

/// A span nobody listens to costs no more than `tracing`'s without a subscriber.
pub(crate) const TARGET: Target = Target { id: "P1", limit: 1.0, allocations: Some(0.0), measure };

fn measure(bench: &Bench) -> Vec<Row> {
    let mut rows = spans(bench);
    rows.extend(functions(bench));
    rows.extend(async_functions(bench));
    rows
}

/// Spans begun and ended by hand.
fn spans(bench: &Bench) -> Vec<Row> {
    let [ours, peer] = bench.measure([
        Case::new(|| ours::span::function(black_box(7))),
        Case::new(|| peers::tracing::function(black_box(7))),
    ]);
    let [ours_async, peer_async] = bench.measure([
        Case::future(&bench.runtime, async || ours::span::async_function(black_box(7)).await),
        Case::future(&bench.runtime, async || peers::tracing::async_function(black_box(7)).await),
    ]);
    let peer_name = "tracing::instrument, no subscriber";
    vec![
        Row { what: "function with a span, no handler", ours, peer: peer_name, bar: peer, decides: true },
        Row { what: "the same, async", ours: ours_async, peer: peer_name, bar: peer_async, decides: true },
    ]
}

fn functions(bench: &Bench) -> Vec<Row> {
    let [ours, fallible, tracing, fastrace, autometrics] = bench.measure([
        Case::new(|| ours::instrumented::function(black_box(7))),
        Case::new(|| ours::instrumented::fallible(black_box(7))),
        Case::new(|| peers::tracing::function(black_box(7))),
        Case::new(|| peers::fastrace::function(black_box(7))),
        Case::new(|| peers::autometrics::function(black_box(7))),
    ]);
    let what = "#[instrumented] function, no handler";
    let tracing_name = "tracing::instrument, no subscriber";
    vec![
        Row { what, ours: ours.clone(), peer: tracing_name, bar: tracing.clone(), decides: true },
        Row { what: "the same, of a Result", ours: fallible, peer: tracing_name, bar: tracing, decides: true },
        Row { what, ours: ours.clone(), peer: "fastrace::trace, no trace", bar: fastrace, decides: false },
        Row { what, ours, peer: "autometrics, which is always on", bar: autometrics, decides: false },
    ]
}

fn async_functions(bench: &Bench) -> Vec<Row> {
    let runtime = &bench.runtime;
    let [ours, tracing, fastrace, autometrics] = bench.measure([
        Case::future(runtime, async || ours::instrumented::async_function(black_box(7)).await),
        Case::future(runtime, async || peers::tracing::async_function(black_box(7)).await),
        Case::future(runtime, async || peers::fastrace::async_function(black_box(7)).await),
        Case::future(runtime, async || peers::autometrics::async_function(black_box(7)).await),
    ]);
    let what = "#[instrumented] async fn, no handler";
    let tracing_name = "tracing::instrument, no subscriber";
    vec![
        Row { what, ours: ours.clone(), peer: tracing_name, bar: tracing, decides: true },
        Row { what, ours: ours.clone(), peer: "fastrace::trace, no trace", bar: fastrace, decides: false },
        Row { what, ours, peer: "autometrics, which is always on", bar: autometrics, decides: false },
    ]
}
