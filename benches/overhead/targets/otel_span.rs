use super::Target;
use crate::measure::{Bench, Case};
use crate::ours::traced::Traced;
use crate::peers::otel::{self, ByHand};
use crate::report::Row;

/// A span of ours that becomes one of OpenTelemetry's costs at most half as much again as one made by hand, and no
/// more than one that comes by way of `tracing`.
pub(crate) const TARGET: Target = Target { id: "OTEL", limit: 1.5, allocations: None, measure };

fn measure(bench: &Bench) -> Vec<Row> {
    let provider = otel::provider();
    let (traced, by_hand, subscriber) = (Traced::new(&provider), ByHand::new(&provider), otel::subscriber(&provider));
    let [ours, by_hand, tracing] = bench.measure([
        Case::new(|| traced.span()),
        Case::new(|| by_hand.span()),
        Case::new(|| tracing::dispatcher::with_default(&subscriber, otel::tracing_span)),
    ]);
    vec![
        Row {
            what: "OpenTelemetry: all of a span",
            ours: ours.clone(),
            peer: "SDK by hand",
            bar: by_hand,
            decides: true,
        },
        Row { what: "OpenTelemetry: all of a span", ours, peer: "tracing-opentelemetry", bar: tracing, decides: true },
    ]
}
