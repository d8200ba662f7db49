use std::hint::black_box;

use super::Target;
use crate::measure::{Bench, Case};
use crate::report::Row;
use crate::{ours, peers};

/// A span nobody listens to costs no more than `tracing`'s without a subscriber.
pub(crate) const TARGET: Target = Target { id: "P1", limit: 1.0, allocations: Some(0.0), measure };

fn measure(bench: &Bench) -> Vec<Row> {
    let [ours, peer] = bench.measure([
        Case::new(|| ours::span::function(black_box(7))),
        Case::new(|| peers::tracing::function(black_box(7))),
    ]);
    let [ours_async, peer_async] = bench.measure([
        Case::future(&bench.runtime, async || ours::span::async_function(black_box(7)).await),
        Case::future(&bench.runtime, async || peers::tracing::async_function(black_box(7)).await),
    ]);
    vec![
        Row { what: "function with a span, no handler", ours, peer: "tracing::instrument, no subscriber", bar: peer },
        Row { what: "the same, async", ours: ours_async, peer: "tracing::instrument, no subscriber", bar: peer_async },
    ]
}
