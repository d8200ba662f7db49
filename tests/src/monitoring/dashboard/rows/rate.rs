use crate::monitoring::dashboard::{Panel, Row, Unit};

/// How much there is to do.
pub(super) fn row() -> Row {
    let panels = vec![
        Panel::lines("Uploads and downloads", Unit::PerSecond)
            .about("`insert` uploads; `read`, `reader` and `load` download.")
            .query(
                "{{operation}} {{cloud}}",
                "sum by (cloud, operation) (\n  rate(buckets_operations_total{operation=~\"insert|read|reader|load\"}[$__rate_interval])\n)",
            ),
        Panel::stacked("Operations by what they do", Unit::PerSecond)
            .about("What the application asks of its clouds; `exists` and `head` are look-ups.")
            .query("{{operation}}", "sum by (operation) (rate(buckets_operations_total[$__rate_interval]))"),
        Panel::stacked("Operations by how they end", Unit::PerSecond)
            .about("`error` includes expected answers; failures have panels of their own below.")
            .query("{{status}}", "sum by (status) (rate(buckets_operations_total[$__rate_interval]))"),
        Panel::lines("Content uploaded and downloaded", Unit::BytesPerSecond)
            .about("Counted when the operation ends, however it ends.")
            .query(
                "{{direction}} {{cloud}}",
                "sum by (cloud, direction) (rate(buckets_transferred_bytes_total[$__rate_interval]))",
            ),
        Panel::stacked("Operations of the adapter", Unit::PerSecond)
            .about("What the stores are asked: one operation of a cloud may take several.")
            .query(
                "{{operation}} {{adapter}}",
                "sum by (adapter, operation) (rate(buckets_adapter_operations_total[$__rate_interval]))",
            ),
        Panel::lines("Cancelled operations", Unit::PerSecond)
            .about("Those whose caller went away, and downloads that were not read to their end.")
            .query(
                "{{operation}}",
                "sum by (operation) (rate(buckets_operations_total{status=\"cancelled\"}[$__rate_interval]))",
            ),
        Panel::lines("Content moved by adapters", Unit::BytesPerSecond)
            .about("What stores were handed and handed out: more than operations moved where something is tried again.")
            .query(
                "{{direction}} {{adapter}}",
                "sum by (adapter, direction) (rate(buckets_adapter_transferred_bytes_total[$__rate_interval]))",
            )
            .may_be_empty("no cloud has a `TelemetryLayer`"),
    ];
    Row { title: "Rate", panels }
}
