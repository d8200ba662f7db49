//! What each query must answer, by the script's own account.

use std::collections::BTreeMap;

use buckets::ErrorKind;
use buckets::telemetry::catalogue::{Bounds, METRICS};

use super::facts::{Fact, Facts, Vector, What, ratio};
use super::script::{OPEN, SHEET};
use crate::monitoring::objective::{AVAILABILITY, FAST};

/// The window of queries that leave it to Grafana.
pub(super) const WINDOW: &str = "5m";

/// The answer of a query.
#[derive(Clone, Debug)]
pub(super) enum Expected {
    /// Just this.
    Exactly(Vector),
    /// So much for each second of [`WINDOW`].
    PerSecond(Vector),
    /// So much in this window.
    InWindow(&'static str, Vector),
    /// The time that has passed since these moments, in seconds.
    Since(Vector),
    /// The time that is left until these moments, in seconds.
    Until(Vector),
    /// Nothing, and why.
    Nothing(&'static str),
}

const DAY: f64 = 86_400.0;

use Expected::{Exactly, InWindow, Nothing, PerSecond, Since, Until};

/// What the panel called `title` must show, query by query; [`None`] if nobody has said.
pub(super) fn of_panel(title: &str, facts: &[Fact]) -> Option<Vec<Expected>> {
    let of = |what| Facts::of(facts, what);
    let (operations, adapter) = (of(What::Operation), of(What::AdapterOperation));
    let objective = operations.only(|fact| !fact.is("operation", "link"));
    let (ended, failed, succeeded) =
        (operations.only(Fact::counts), operations.only(|fact| fact.failed), operations.only(Fact::succeeded));
    let share = |part: &Facts<'_>, all: &Facts<'_>, by: &[&str]| ratio(&part.count(by), &all.count(by));
    let failing = share(&objective.only(|fact| fact.failed), &objective.only(Fact::counts), &[]);
    let charges = Facts::of_any(facts, &[What::Billed, What::Transferred]);
    let dollars = |fact: &Fact| fact.number("dollars");
    let seconds = |fact: &Fact| Some(fact.seconds);
    let size = |fact: &Fact| fact.size;
    let durations = Bounds::durations();
    let quantile = |q, facts: &Facts<'_>, by: &[&str]| facts.quantile(q, by, durations.as_slice(), seconds);
    let first_byte =
        |q| operations.quantile(q, &["cloud"], bounds("buckets.time_to_first_byte"), |fact| fact.first_byte);
    Some(match title {
        "Availability" | "Availability over 30 days" => vec![Exactly(each(failing, |share| 1.0 - share))],
        "Error budget left" => vec![Exactly(each(failing, |share| 1.0 - share / (1.0 - AVAILABILITY)))],
        "Operations" => vec![PerSecond(operations.count(&[]))],
        "99th percentile" => vec![Exactly(quantile(0.99, &succeeded, &[]))],
        "Content moved" => vec![PerSecond(operations.bytes_moved(&["direction"]))],
        "Uploads and downloads" => {
            let is_transfer =
                |fact: &Fact| ["insert", "read", "reader", "load"].iter().any(|name| fact.is("operation", name));
            vec![PerSecond(operations.only(is_transfer).count(&["cloud", "operation"]))]
        }
        "Operations by what they do" => vec![PerSecond(operations.count(&["operation"]))],
        "Operations by how they end" => vec![PerSecond(operations.count(&["status"]))],
        "Content uploaded and downloaded" => vec![PerSecond(operations.bytes_moved(&["cloud", "direction"]))],
        "Operations of the adapter" => vec![PerSecond(adapter.count(&["adapter", "operation"]))],
        "Cancelled operations" => vec![PerSecond(operations.only(|fact| !fact.counts()).count(&["operation"]))],
        "Upload success ratio" => {
            let uploads = ended.only(|fact| fact.is("operation", "insert"));
            vec![Exactly(share(&uploads.only(Fact::succeeded), &uploads, &["cloud", "adapter"]))]
        }
        "Error rate by adapter" => vec![Exactly(share(&failed, &ended, &["adapter"]))],
        "Errors by kind" => vec![PerSecond(failed.count(&["kind"]))],
        "Errors by operation" => vec![PerSecond(failed.count(&["cloud", "operation"]))],
        "Errors of the adapter by kind" => {
            vec![PerSecond(adapter.only(|fact| fact.failed).count(&["adapter", "kind"]))]
        }
        "Expected answers" => {
            let expected = operations.only(|fact| fact.is("status", "error") && !fact.failed);
            vec![PerSecond(expected.count(&["operation"]))]
        }
        "Operation duration percentiles" => {
            [0.5, 0.95, 0.99].map(|q| Exactly(quantile(q, &succeeded, &["operation"]))).into()
        }
        "P95 upload duration" => {
            vec![Exactly(quantile(0.95, &succeeded.only(|fact| fact.is("operation", "insert")), &["cloud"]))]
        }
        "Durations" => vec![InWindow(WINDOW, succeeded.buckets(durations.as_slice(), seconds))],
        "Mean duration" => vec![Exactly(succeeded.mean(&["operation"], seconds))],
        "P95 of adapters, against that of operations" => {
            let below = adapter.only(Fact::succeeded);
            [&below, &succeeded].map(|facts| Exactly(quantile(0.95, facts, &["adapter", "operation"]))).into()
        }
        "Time to the first byte" => [0.5, 0.95].map(|q| Exactly(first_byte(q))).into(),
        "P95 of failed operations" => vec![Exactly(quantile(0.95, &failed, &["operation"]))],
        "Attempts per operation of the adapter" => {
            let by = &["adapter", "operation"];
            let retries = of(What::Retry).count(by);
            let tried = adapter.count(by).into_iter().filter(|(labels, _)| retries.contains_key(labels)).collect();
            vec![Exactly(each(ratio(&retries, &tried), |more| 1.0 + more))]
        }
        "Retries" => vec![PerSecond(of(What::Retry).count(&["cloud", "operation"]))],
        "Given up" => vec![PerSecond(of(What::GivenUp).count(&["cloud", "operation"]))],
        "Throttled attempts" => {
            let throttled = adapter.only(|fact| fact.is("kind", ErrorKind::Throttled.as_str()));
            vec![PerSecond(throttled.count(&["cloud", "operation"]))]
        }
        "Time since the last success" => vec![Since(succeeded.last(&["cloud", "operation"], |fact| fact.number("at")))],
        "Content moved by adapters" => {
            vec![PerSecond(operations.bytes_moved(&["adapter", "direction"]))]
        }
        "Attempts that were counted" => {
            let counted = adapter.only(|fact| fact.number("attempts").is_some());
            vec![PerSecond(counted.sum(&["cloud", "operation"], |fact| fact.number("attempts")))]
        }
        "Stored content" | "Stored content in 30 days" => {
            vec![Exactly(of(What::Stored).last(&["cloud", "adapter", "storage_class"], |fact| fact.number("bytes")))]
        }
        "Stored objects" => {
            vec![Exactly(of(What::Stored).last(&["cloud", "adapter", "storage_class"], |fact| fact.number("objects")))]
        }
        "Growth in a day" => {
            vec![Exactly(of(What::Stored).last(&["cloud", "adapter", "storage_class"], |_| Some(0.0)))]
        }
        "Age of the inventory" => vec![Since(of(What::Stored).last(&["cloud", "adapter"], |fact| fact.number("at")))],
        "Dollars in 30 days" => {
            let stored = of(What::Stored).last(&[], |fact| fact.number("dollars"));
            vec![InWindow("1d", each(charges.sum(&[], dollars), |dollars| 30.0 * dollars)), Exactly(stored)]
        }
        "Dollars a day, by what for" => {
            vec![PerSecond(each(charges.sum(&["component"], dollars), |dollars| DAY * dollars))]
        }
        "Dollars a day, by cloud" => vec![PerSecond(each(charges.sum(&["cloud"], dollars), |dollars| DAY * dollars))],
        "Dollars per 1000 operations" => {
            let spent = charges.sum(&["cloud"], dollars);
            let mut done = operations.count(&["cloud"]);
            done.retain(|labels, _| spent.contains_key(labels));
            vec![Exactly(each(ratio(&spent, &done), |dollars| 1000.0 * dollars))]
        }
        "Billable requests" => vec![PerSecond(of(What::Billed).count(&["cloud", "class"]))],
        "Billable content" => {
            vec![PerSecond(of(What::Transferred).sum(&["cloud", "component"], |fact| fact.number("bytes")))]
        }
        "Price sheets" => vec![Exactly(one(
            &[("cloud", "warehouse"), ("sheet", &SHEET.id), ("as_of", &SHEET.as_of.to_string())],
            1.0,
        ))],
        "Uploads left behind" => vec![
            InWindow(WINDOW, of(What::Orphaned).count(&["adapter"])),
            InWindow(WINDOW, of(What::Swept).sum(&["adapter"], |fact| fact.number("aborted"))),
        ],
        "Access tokens asked for" => vec![PerSecond(of(What::Token).count(&["adapter", "status"]))],
        "Time until the access token expires" => {
            vec![Until(of(What::Token).only(Fact::succeeded).last(&["adapter"], |fact| fact.number("expiry")))]
        }
        "Warnings of budgets" => vec![InWindow(WINDOW, of(What::BudgetWarning).count(&["cloud"]))],
        "Downloads resumed" => vec![PerSecond(of(What::Resumption).count(&["cloud"]))],
        "Seconds a second spent between attempts" => {
            vec![PerSecond(of(What::Pause).sum(&["cloud"], seconds))]
        }
        "P99 of a wait between attempts" => {
            vec![Exactly(quantile(0.99, &of(What::Pause), &["cloud", "operation"]))]
        }
        "Concurrent operations" => {
            // Of both rounds.
            vec![Exactly(one(&[("cloud", "archive"), ("operation", "reader")], 2.0 * OPEN as f64))]
        }
        "P99 wait for a limit" => vec![Exactly(quantile(0.99, &of(What::Wait), &["limit", "cloud"]))],
        "Calls that waited for a limit" => vec![PerSecond(of(What::Wait).count(&["limit", "cloud"]))],
        // One at a time, and none waits in the end.
        "Concurrency limit, and calls that wait for it" => {
            [1.0, 0.0].map(|calls| Exactly(one(&[("cloud", "thumbnails")], calls))).into()
        }
        "Calls refused by a limit" => vec![PerSecond(of(What::Refusal).count(&["limit", "cloud"]))],
        "Circuits opened" => vec![InWindow(WINDOW, of(What::CircuitOpened).count(&["cloud"]))],
        "Sizes of objects" => vec![InWindow(WINDOW, operations.buckets(bounds("buckets.object.size"), size))],
        "Mean size" => vec![Exactly(operations.mean(&["cloud", "operation"], size))],
        "Median size" => vec![Exactly(operations.quantile(0.5, &["operation"], bounds("buckets.object.size"), size))],
        "Refused by the store" => {
            let is_refusal = |fact: &Fact| fact.is("kind", "permission_denied") || fact.is("kind", "unauthenticated");
            let refused = failed.only(is_refusal);
            vec![PerSecond(refused.count(&["cloud", "operation"]))]
        }
        "Signed links presented" => {
            vec![PerSecond(operations.only(|fact| fact.is("operation", "link")).count(&["cloud", "status"]))]
        }
        "Deletions" => {
            vec![PerSecond(succeeded.only(|fact| fact.is("operation", "delete")).count(&["cloud"]))]
        }
        "Events counted" => {
            // A cloud's operation is told at its beginning and its end, and so is the wait for a limit of calls at once;
            // the adapter's operation at its end, all else once.
            let elsewhere = [What::Operation, What::AdapterOperation, What::Pause, What::HandlerFailure, What::Dropped];
            let points = facts.iter().filter(|fact| !elsewhere.contains(&fact.what)).count();
            let queued = of(What::Wait).only(|fact| fact.is("limit", "concurrency"));
            let count = |facts: &Facts<'_>| facts.count(&[]).into_values().sum::<f64>();
            vec![PerSecond(one(
                &[],
                2.0 * count(&operations) + count(&adapter) + count(&queued) + (points + OPEN) as f64,
            ))]
        }
        "Panics of handlers" => vec![InWindow(WINDOW, of(What::HandlerFailure).count(&["handler"]))],
        "Dropped by handlers" => vec![InWindow(WINDOW, of(What::Dropped).count(&["handler", "reason"]))],
        "Waiting in handlers" => vec![Exactly(one(&[("handler", "statsd")], 0.0))],
        "Events that are not told, or not apart" => vec![Exactly(one(&[], 0.0)); 2],
        _ => return None,
    })
}

/// What the expression of the alert called `name` must give; [`None`] if nobody has said.
pub(super) fn of_alert(name: &str, facts: &[Fact]) -> Option<Expected> {
    const CLOUD: &[&str] = &["cloud", "adapter"];
    let of = |what| Facts::of(facts, what);
    let (operations, adapter) = (of(What::Operation), of(What::AdapterOperation));
    let objective = operations.only(|fact| !fact.is("operation", "link"));
    let failed = objective.only(|fact| fact.failed);
    let burns = |speed: f64| {
        let (share, failures) =
            (ratio(&failed.count(CLOUD), &objective.only(Fact::counts).count(CLOUD)), failed.count(CLOUD));
        let matters = |labels: &_, share| {
            share > speed * (1.0 - AVAILABILITY) && failures.get(labels).is_some_and(|n| *n >= 10.0)
        };
        Exactly(share.into_iter().filter(|(labels, share)| matters(labels, *share)).collect())
    };
    let above =
        |vector: Vector, least: f64| -> Vector { vector.into_iter().filter(|(_, value)| *value > least).collect() };
    let succeeded = operations.only(Fact::succeeded);
    let durations = Bounds::durations();
    let quantile =
        |q, facts: &Facts<'_>, by: &[&str]| facts.quantile(q, by, durations.as_slice(), |fact| Some(fact.seconds));
    Some(match name {
        "BucketsErrorBudgetBurnsFast" => burns(14.4),
        "BucketsErrorBudgetBurns" => burns(6.0),
        "BucketsErrorBudgetBurnsSlowly" => burns(1.0),
        "BucketsOperationsSlow" => {
            let by = &["cloud", "adapter", "operation"];
            // Some 30 in five minutes are one in ten seconds.
            let often = above(succeeded.count(by), 30.0);
            let slow = above(quantile(0.99, &succeeded, by), 2.0);
            Exactly(slow.into_iter().filter(|(labels, _)| often.contains_key(labels)).collect())
        }
        "BucketsLatencyBudgetBurns" => {
            let slow = ratio(&succeeded.only(|fact| fact.seconds > FAST).count(CLOUD), &succeeded.count(CLOUD));
            let least = 0.144;
            let many = above(succeeded.only(|fact| fact.seconds > FAST).count(CLOUD), 9.0);
            Exactly(above(slow, least).into_iter().filter(|(labels, _)| many.contains_key(labels)).collect())
        }
        "BucketsOperationsStuck" => {
            Nothing("an operation would have to hang for half an hour, with no end of its kind")
        }
        "BucketsNoUploadSucceeds" => Nothing("in every cloud with uploads that fail others succeed"),
        "BucketsContentDamaged" => {
            let damaged = operations.only(|fact| fact.is("kind", ErrorKind::ChecksumMismatch.as_str()));
            InWindow("15m", damaged.count(&["cloud", "adapter", "operation"]))
        }
        "BucketsThrottled" => {
            let throttled = adapter.only(|fact| fact.is("kind", ErrorKind::Throttled.as_str()));
            Exactly(above(ratio(&throttled.count(&["adapter"]), &adapter.count(&["adapter"])), 0.01))
        }
        "BucketsRetriesAmplifyLoad" => Nothing("of more than 70 uploads only five are tried again"),
        "BucketsCallsWait" => Nothing("nobody waits longer than a second"),
        "BucketsCallsRefused" => {
            let refused = of(What::Refusal).count(CLOUD);
            let all = operations.count(CLOUD).into_iter().filter(|(labels, _)| refused.contains_key(labels)).collect();
            Exactly(above(ratio(&refused, &all), 0.05))
        }
        "BucketsCircuitOpened" => InWindow("10m", of(What::CircuitOpened).count(CLOUD)),
        "BucketsErrorsUnusual" => Nothing("it needs a day to compare with"),
        "BucketsTrafficDropped" => Nothing("it needs a week to compare with"),
        "BucketsAccessRefused" => {
            let is_refusal = |fact: &Fact| fact.is("kind", "permission_denied") || fact.is("kind", "unauthenticated");
            Exactly(above(ratio(&objective.only(is_refusal).count(CLOUD), &objective.count(CLOUD)), 0.01))
        }
        "BucketsLinksRefused" => Nothing("eight refused links are too few to mean anything"),
        "BucketsManyDeletions" => Nothing("it needs a day to compare with"),
        "BucketsTelemetryGone" => Nothing("the program is there"),
        "BucketsHandlerFails" => InWindow("10m", of(What::HandlerFailure).count(&["handler"])),
        "BucketsCostSpike" => Nothing("it needs a day to compare with"),
        "BucketsBudgetWarning" => InWindow("15m", of(What::BudgetWarning).count(CLOUD)),
        "BucketsInventoryOld" => Since(of(What::Stored).last(CLOUD, |fact| fact.number("at"))),
        "BucketsTelemetryDropped" => PerSecond(of(What::Dropped).count(&["handler", "reason"])),
        "BucketsTokenNotRenewed" => Nothing("of three requests for a token two succeed"),
        "BucketsTokenExpired" => Nothing("nothing is asked of the store that the token is for"),
        "BucketsUploadsLeftBehind" => InWindow("1h", of(What::Orphaned).count(&["adapter"])),
        "BucketsSeriesOverflow" => Nothing("there is room for all series"),
        _ => return None,
    })
}

/// What the metrics must show when all this has happened, by all their labels.
pub(super) fn counters(facts: &[Fact]) -> Vec<(&'static str, Vector)> {
    const CLOUD: &[&str] = &["operation", "adapter", "cloud"];
    let of = |what| Facts::of(facts, what);
    let (operations, adapter) = (of(What::Operation), of(What::AdapterOperation));
    let succeeded = operations.only(Fact::succeeded);
    let with = |more: &'static str| [CLOUD, &[more]].concat();
    let counted = adapter.only(|fact| fact.number("attempts").is_some());
    let attempts = counted.sum(CLOUD, |fact| fact.number("attempts"));
    let charges = Facts::of_any(facts, &[What::Billed, What::Transferred]);
    let dollars = charges.sum(&["component", "adapter", "cloud"], |fact| fact.number("dollars"));
    vec![
        ("buckets_operations_total", operations.count(&with("status"))),
        ("buckets_operation_errors_total", operations.only(|fact| fact.failed).count(&with("kind"))),
        ("buckets_transferred_bytes_total", operations.bytes_moved(&with("direction"))),
        ("buckets_operation_duration_seconds_count", succeeded.count(CLOUD)),
        ("buckets_operation_duration_seconds_sum", succeeded.sum(CLOUD, |fact| Some(fact.seconds))),
        ("buckets_object_size_bytes_sum", operations.sum(CLOUD, |fact| fact.size)),
        ("buckets_adapter_operations_total", adapter.count(&["operation", "adapter", "status"])),
        (
            "buckets_adapter_operation_errors_total",
            adapter.only(|fact| fact.failed).count(&["operation", "adapter", "kind"]),
        ),
        ("buckets_adapter_retries_total", of(What::Retry).count(CLOUD)),
        ("buckets_adapter_retries_given_up_total", of(What::GivenUp).count(CLOUD)),
        ("buckets_adapter_resumptions_total", of(What::Resumption).count(CLOUD)),
        ("buckets_adapter_attempts_total", attempts),
        ("buckets_billable_requests_total", of(What::Billed).count(&["class", "adapter", "cloud"])),
        ("buckets_estimated_cost_usd_total", dollars),
        ("buckets_budget_warnings_total", of(What::BudgetWarning).count(&["adapter", "cloud"])),
        ("buckets_telemetry_dropped_total", of(What::Dropped).count(&["handler", "reason"])),
        ("buckets_limit_refusals_total", of(What::Refusal).count(&["limit", "adapter", "cloud"])),
        ("buckets_circuit_openings_total", of(What::CircuitOpened).count(&["adapter", "cloud"])),
        ("buckets_telemetry_handler_failures_total", of(What::HandlerFailure).count(&["handler"])),
    ]
}

fn bounds(metric: &str) -> &'static [f64] {
    let definition = METRICS.iter().find(|definition| definition.name == metric);
    definition.and_then(|definition| definition.bounds).unwrap_or_default()
}

fn one(labels: &[(&str, &str)], value: f64) -> Vector {
    let labels: BTreeMap<_, _> = labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    [(labels, value)].into()
}

fn each(vector: Vector, with: impl Fn(f64) -> f64) -> Vector {
    vector.into_iter().map(|(labels, value)| (labels, with(value))).collect()
}
