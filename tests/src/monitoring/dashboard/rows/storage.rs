use crate::monitoring::dashboard::{Panel, Row, Unit};

/// Why there may be nothing here.
const NO_INVENTORY: &str = "nobody counts what is stored: see the guide to cost and storage";

/// What is stored, and how it grows. It is counted, not guessed from traffic, so there is nothing here without an
/// inventory. Several processes may count the same store, which is why none of this is a sum over them.
pub(super) fn row() -> Row {
    let panels = vec![
        Panel::stacked("Stored content", Unit::Bytes)
            .about("As the last inventory counted it, by class of storage.")
            .query("{{cloud}} {{storage_class}}", "max by (cloud, adapter, storage_class) (buckets_stored_bytes)")
            .may_be_empty(NO_INVENTORY),
        Panel::stacked("Stored objects", Unit::Count)
            .about("As the last inventory counted them, by class of storage.")
            .query("{{cloud}} {{storage_class}}", "max by (cloud, adapter, storage_class) (buckets_stored_objects)")
            .may_be_empty(NO_INVENTORY),
        Panel::lines("Growth in a day", Unit::Bytes)
            .may_be_negative()
            .about("The trend of the last seven days.")
            .query("{{cloud}}", "86400 * max by (cloud, adapter, storage_class) (deriv(buckets_stored_bytes[7d]))")
            .may_be_empty(NO_INVENTORY),
        Panel::lines("Stored content in 30 days", Unit::Bytes)
            .about("If it goes on as in the last seven days.")
            .query(
                "{{cloud}} {{storage_class}}",
                "max by (cloud, adapter, storage_class) (predict_linear(buckets_stored_bytes[7d], 30 * 86400))",
            )
            .may_be_empty(NO_INVENTORY),
        Panel::lines("Age of the inventory", Unit::Seconds)
            .about("The other panels of this row show what was then.")
            .query("{{cloud}}", "time() - max by (cloud, adapter) (buckets_stored_scan_timestamp_seconds)")
            .may_be_empty(NO_INVENTORY),
        Panel::lines("Uploads left behind", Unit::Count)
            .about("Parts of uploads that were given up and could not be aborted are billed until a sweep aborts them.")
            .query(
                "left behind in {{adapter}}",
                "sum by (adapter) (increase(buckets_upload_orphans_total[$__rate_interval]))",
            )
            .query(
                "swept from {{adapter}}",
                "sum by (adapter) (increase(buckets_upload_swept_total[$__rate_interval]))",
            )
            .may_be_empty("none was left behind"),
    ];
    Row { title: "Storage", panels }
}
