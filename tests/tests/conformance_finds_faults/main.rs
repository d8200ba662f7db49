//! The conformance suite itself: each class of fault in an adapter must fail the behaviour it breaks.

mod fault;
mod faulty;

use std::collections::BTreeSet;
use std::time::Duration;

use buckets::adapter::{Adapter, Backend};
use buckets::testing::conformance::{self, Options, Report};

use fault::Fault;
use faulty::Faulty;
use futures_util::{StreamExt, stream};

async fn report(fault: Option<Fault>) -> Report {
    let adapter = Faulty::new(fault);
    let capabilities = adapter.capabilities();
    let mut options = Options::new().with_large_len(256 * 1024);
    if fault == Some(Fault::HangsOnLarge) {
        // Every other behaviour with so much content would have to be waited for, too.
        options = options.only("put.large_content").with_time_limit(Duration::from_secs(1));
    }
    conformance::run(Backend::new(adapter), capabilities, options).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn without_a_fault_every_behaviour_holds() {
    let report = report(None).await;
    report.assert_passed();
    assert_eq!(report.unsupported(), 0, "{report}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn each_fault_fails_the_behaviours_it_breaks() {
    let mut found = BTreeSet::new();
    let mut missed = Vec::new();
    let reports = stream::iter(Fault::ALL).map(|fault| tokio::spawn(async move { (fault, report(Some(fault)).await) }));
    let mut reports = reports.buffer_unordered(4);
    while let Some(done) = reports.next().await {
        let (fault, report) = done.expect("the suite does not panic");
        println!("{fault:?}: {} behaviours failed", report.failed());
        let failures: BTreeSet<_> = report.failures().collect();
        missed.extend(fault.breaks().iter().filter(|name| !failures.contains(*name)).map(|name| (fault, *name)));
        found.extend(failures);
    }
    assert!(missed.is_empty(), "these behaviours passed with the fault in place: {missed:#?}");
    let never: Vec<_> = conformance::behaviours().map(|it| it.name()).filter(|name| !found.contains(name)).collect();
    assert!(never.is_empty(), "no fault fails these behaviours: {never:#?}");
}
