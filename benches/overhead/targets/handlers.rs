use opentelemetry_sdk::metrics::{InMemoryMetricExporter, SdkMeterProvider};

use super::Target;
use crate::measure::{Bench, Case};
use crate::ours::metered::Metered;
use crate::peers::histogram::Durations;
use crate::peers::otel_metrics::ByHand;
use crate::peers::prometheus_client::Client;
use crate::peers::{log, prometheus};
use crate::report::Row;

/// What each handler adds to a span costs at most twice what its peer takes to do as much by hand. StatsD's is P10.
pub(crate) const TARGET: Target = Target { id: "HANDLERS", limit: 2.0, allocations: None, measure };

fn measure(bench: &Bench) -> Vec<Row> {
    let mut rows = metrics(bench);
    rows.extend(others(bench));
    rows
}

fn metrics(bench: &Bench) -> Vec<Row> {
    let provider = SdkMeterProvider::builder().with_periodic_exporter(InMemoryMetricExporter::default()).build();
    let (nobody, ours) = (Metered::by_nobody(), Metered::by_prometheus());
    let (otel, by_hand) = (Metered::by_opentelemetry(&provider), ByHand::new(&provider));
    let (client, recorder) = (Client::new(), prometheus::Recorder::new());
    let [nobody, ours, client, recorder, otel, by_hand] = bench.measure([
        Case::new(|| nobody.span()),
        Case::new(|| ours.span()),
        Case::new(|| client.record()),
        Case::new(|| recorder.record()),
        Case::new(|| otel.span()),
        Case::new(|| by_hand.record()),
    ]);
    let prometheus = ours.added_to(&nobody);
    vec![
        Row {
            what: "Prometheus: all of a span",
            ours: prometheus.clone(),
            peer: "prometheus-client, the same five",
            bar: client,
            decides: true,
        },
        Row {
            what: "Prometheus: all of a span",
            ours: prometheus,
            peer: "`prometheus`, one histogram and counter",
            bar: recorder,
            decides: false,
        },
        Row {
            what: "OpenTelemetry: all metrics of a span",
            ours: otel.added_to(&nobody),
            peer: "SDK by hand, the same five",
            bar: by_hand,
            decides: true,
        },
    ]
}

fn others(bench: &Bench) -> Vec<Row> {
    let (nobody, performance, logged) = (Metered::by_nobody(), Metered::by_performance(), Metered::by_log());
    let (durations, subscriber) = (Durations::new(), log::subscriber());
    let [nobody, performance, durations, logged, line] = bench.measure([
        Case::new(|| nobody.span()),
        Case::new(|| performance.span()),
        Case::new(|| durations.record()),
        Case::new(|| tracing::dispatcher::with_default(&subscriber, || logged.span())),
        Case::new(|| tracing::dispatcher::with_default(&subscriber, log::line)),
    ]);
    vec![
        Row {
            what: "performance monitor: all of a span",
            ours: performance.added_to(&nobody),
            peer: "hdrhistogram under a mutex",
            bar: durations,
            // It follows what is in flight besides, which no histogram does.
            decides: false,
        },
        Row {
            what: "log: one line of a span",
            ours: logged.added_to(&nobody),
            peer: "tracing::debug!, the same fields",
            bar: line,
            decides: true,
        },
    ]
}
