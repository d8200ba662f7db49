use crate::monitoring::dashboard::{Panel, Row, Unit};

/// Why there may be nothing here.
const NO_PRICES: &str = "no cloud has a price sheet: see the guide to cost and storage";

/// What it costs: estimates by list prices, without free allowances and discounts.
pub(super) fn row() -> Row {
    let panels = vec![
        Panel::stacked("Dollars a day, by what for", Unit::Dollars)
            .about("Requests and transfers, by the rate of the moment; keeping what is stored comes on top.")
            .query(
                "{{component}}",
                "86400 * sum by (component) (rate(buckets_estimated_cost_usd_total[$__rate_interval]))",
            )
            .may_be_empty(NO_PRICES),
        Panel::stacked("Dollars a day, by cloud", Unit::Dollars)
            .about("As in the panel before, for each cloud.")
            .query("{{cloud}}", "86400 * sum by (cloud) (rate(buckets_estimated_cost_usd_total[$__rate_interval]))")
            .may_be_empty(NO_PRICES),
        Panel::lines("Dollars in 30 days", Unit::Dollars)
            .about("Requests and transfers as in the last day, and what is stored as it is now.")
            .query("requests and transfers", "30 * sum(increase(buckets_estimated_cost_usd_total[1d]))")
            .query("storage", "sum(max by (cloud, adapter, storage_class) (buckets_stored_monthly_cost_usd))")
            .may_be_empty(NO_PRICES),
        Panel::lines("Dollars per 1000 operations", Unit::Dollars)
            .about("What an operation of the application costs, on average: it rises with retries, and with more content for each.")
            .query(
                "{{cloud}}",
                "1000 * sum by (cloud) (rate(buckets_estimated_cost_usd_total[$__rate_interval]))
/
sum by (cloud) (rate(buckets_operations_total[$__rate_interval]))",
            )
            .may_be_empty(NO_PRICES),
        Panel::stacked("Billable requests", Unit::PerSecond)
            .about("By the provider's classes: as a rule `a` writes and lists, `b` reads.")
            .query(
                "class {{class}} {{cloud}}",
                "sum by (cloud, class) (rate(buckets_billable_requests_total[$__rate_interval]))",
            )
            .may_be_empty(NO_PRICES),
        Panel::stacked("Billable content", Unit::BytesPerSecond)
            .about("By why it is billed: `egress` leaves the store, `retrieval` is read from a cold class, `ingress` comes in.")
            .query(
                "{{component}} {{cloud}}",
                "sum by (cloud, component) (rate(buckets_billable_bytes_total[$__rate_interval]))",
            )
            .may_be_empty(NO_PRICES),
        Panel::lines("Warnings of budgets", Unit::Count)
            .about("How often so much of a budget was spent as to be warned of.")
            .query("{{cloud}}", "sum by (cloud) (increase(buckets_budget_warnings_total[$__rate_interval]))")
            .may_be_empty("no budget is nearly spent"),
        Panel::lines("Price sheets", Unit::Count)
            .about("Which prices the estimates are by, and of which day they are: prices change.")
            .query("{{sheet}} of {{as_of}} for {{cloud}}", "max by (cloud, sheet, as_of) (buckets_price_sheet_info)")
            .may_be_empty(NO_PRICES),
    ];
    Row { title: "Cost", panels }
}
