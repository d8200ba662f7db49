use crate::monitoring::dashboard::{Panel, Row, Unit};

/// What is stored and fetched.
pub(super) fn row() -> Row {
    let panels = vec![
        Panel::heat_map("Sizes of objects", Unit::Bytes)
            .about("How many objects of each size were stored and fetched.")
            .query("{{le}}", "sum by (le) (increase(buckets_object_size_bytes_bucket[$__rate_interval]))")
            .may_be_empty("nothing was stored or fetched"),
        Panel::lines("Mean size", Unit::Bytes)
            .about("Of objects that were stored or fetched, or of the parts of them that were asked for.")
            .query(
                "{{operation}} {{cloud}}",
                "sum by (cloud, operation) (rate(buckets_object_size_bytes_sum[$__rate_interval]))
/
sum by (cloud, operation) (rate(buckets_object_size_bytes_count[$__rate_interval]))",
            )
            .may_be_empty("nothing was stored or fetched"),
        Panel::lines("Median size", Unit::Bytes)
            .about("Half of what was stored or fetched is no larger.")
            .query(
                "{{operation}}",
                "histogram_quantile(0.5, sum by (le, operation) (rate(buckets_object_size_bytes_bucket[$__rate_interval])))",
            )
            .may_be_empty("nothing was stored or fetched"),
    ];
    Row { title: "Sizes", panels }
}
