use buckets::Key;
use buckets::adapter::{Adapter, Backend, S3};
use buckets::testing::conformance::{self, Options, Report, Verdict};

use crate::server::shared;

/// What S3 has not, and what this server does in its own way.
const GAPS: [&str; 3] = [
    "list.is_in_the_order_of_the_keys_bytes",
    "list.orders_beyond_ascii_by_bytes",
    "conditions.if_none_match_replaces_another_version_only",
];

async fn check(s3: S3, prefix: &str) -> Report {
    let s3 = Backend::new(s3);
    let capabilities = s3.adapter().capabilities();
    // Large enough to be stored in parts.
    let options = Options::new().with_prefix(Key::new(prefix).expect("valid")).with_large_len(17 * 1024 * 1024);
    let report = conformance::run(s3.clone(), capabilities, options).await;
    println!("{report}");
    report.assert_passed();
    s3.adapter().settle().await;
    assert_eq!(s3.adapter().orphans(), 0);
    report
}

fn unsupported(report: &Report) -> impl Iterator<Item = &'static str> {
    report.lines().iter().filter(|line| matches!(line.verdict, Verdict::Unsupported(_))).map(|line| line.behaviour)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s3_conforms() {
    let report = check(shared().await.adapter().build().expect("valid"), "with").await;
    assert_eq!(unsupported(&report).collect::<Vec<_>>(), GAPS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s3_conforms_without_checksums_and_conditions() {
    let server = shared().await;
    let s3 = server.adapter().checksums(false).conditional_writes(false).build().expect("valid");
    let report = check(s3, "without").await;
    let needed = |name: &str| {
        let behaviour = conformance::behaviours().find(|behaviour| behaviour.name() == name).expect("known");
        behaviour
            .needs()
            .iter()
            .any(|need| matches!(need, conformance::Need::Checksums | conformance::Need::ConditionalPut))
    };
    let others: Vec<_> = unsupported(&report).filter(|name| !needed(name)).collect();
    assert_eq!(others, GAPS[..2]);
}
