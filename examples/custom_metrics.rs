//! Every event of this program's own, the metrics made of them, and a dashboard for those.
//!
//! The linker brings the instrumented functions together, so nothing is listed by hand, and functions
//! that were never called are there as well. Run it with `cargo run --example custom_metrics`.

use buckets::telemetry::Stage;
use buckets::telemetry::catalogue::{self, EventDefinition, MetricDefinition, MetricKind, Tag, Unit};
use buckets::{event, instrumented};
use serde_json::{Value, json};

/// An image was made smaller.
#[instrumented("my_app.image.resize", fields(format), measurements(bytes = image.len()), stop(|result| ok = result.is_ok()))]
fn resize(image: &[u8], format: &str) -> Result<Vec<u8>, std::io::Error> {
    if format.is_empty() {
        return Err(std::io::ErrorKind::InvalidInput.into());
    }
    if image.len() > 1 << 20 {
        event!("my_app.image.large", measurements(bytes_above = image.len() - (1 << 20)));
    }
    Ok(image.iter().step_by(2).copied().collect())
}

fn main() {
    resize(&[0; 64], "png").expect("a format");

    let events = catalogue::custom();
    println!("| event | stages | measurements | metadata | |\n|---|---|---|---|---|");
    events.iter().for_each(|event| println!("{}", row(event)));

    let metrics = catalogue::custom_metrics();
    println!("\n| metric | kind | of | by | |\n|---|---|---|---|---|");
    for MetricDefinition { name, kind, selectors, tags, help, .. } in metrics {
        let tags: Vec<_> = tags.iter().copied().map(Tag::as_str).collect();
        println!("| `{name}` | {kind:?} | {} | {} | {help} |", selectors.join(", "), tags.join(", "));
    }

    let panels: Vec<_> = metrics.iter().enumerate().map(|(position, metric)| panel(position, metric)).collect();
    let dashboard = json!({ "title": "my_app", "schemaVersion": 39, "panels": panels });
    println!("\n{dashboard:#}");

    assert!(
        events.iter().any(|event| event.name.as_str() == "my_app.image.large"),
        "it was never emitted, and is there"
    );
    assert_eq!(metrics.len(), 6, "five of the operation, one of the event");
}

fn row(event: &EventDefinition) -> String {
    let stages: Vec<_> = event.stages.iter().map(|stage| Stage::as_str(*stage).unwrap_or("point")).collect();
    let lists = [stages.as_slice(), event.measurements, event.metadata].map(|list| list.join(", "));
    format!("| `{}` | {} | {} |", event.name, lists.join(" | "), event.doc)
}

/// A panel that shows what one looks at such a metric for.
fn panel(position: usize, metric: &MetricDefinition) -> Value {
    let unit = match metric.unit {
        Unit::Count => "",
        Unit::Seconds => "_seconds",
        Unit::Bytes => "_bytes",
    };
    let series = format!("{}{unit}", metric.name.replace('.', "_"));
    let by: Vec<_> = metric.tags.iter().copied().map(Tag::as_str).collect();
    let by = by.join(", ");
    let query = match metric.kind {
        MetricKind::Distribution => {
            format!("histogram_quantile(0.95, sum by (le) (rate({series}_bucket[$__rate_interval])))")
        }
        MetricKind::InFlight => format!("sum({series})"),
        _ => format!("sum by ({by}) (rate({series}_total[$__rate_interval]))"),
    };
    json!({
        "id": position + 1,
        "title": metric.help,
        "type": "timeseries",
        "gridPos": { "x": 12 * (position % 2), "y": 8 * (position / 2), "w": 12, "h": 8 },
        "targets": [{ "expr": query }],
    })
}
