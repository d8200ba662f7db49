//! The contract kit itself: each fault of a layer must break the rules that it is against.

use std::collections::BTreeSet;

use buckets_tower::testing::{Contract, Report};

use crate::faulty::{Fault, Faulty};

async fn report(fault: Option<Fault>) -> Report {
    Contract::of(|probe| Faulty::new(probe, fault)).check().await
}

#[tokio::test(start_paused = true)]
async fn without_a_fault_every_rule_is_kept() {
    let report = report(None).await;
    report.assert_kept();
    assert_eq!(report.kept().collect::<Vec<_>>(), Contract::RULES);
}

#[tokio::test(start_paused = true)]
async fn each_fault_breaks_its_rules_and_each_rule_is_broken_by_one() {
    let mut found = BTreeSet::new();
    for fault in Fault::ALL {
        let report = report(Some(fault)).await;
        let broken: BTreeSet<_> = report.broken().collect();
        for rule in fault.breaks() {
            assert!(broken.contains(rule), "{fault:?} keeps {rule}:\n{report}");
        }
        found.extend(broken);
    }
    let never: Vec<_> = Contract::RULES.iter().filter(|rule| !found.contains(*rule)).collect();
    assert!(never.is_empty(), "no fault breaks {never:?}");
}

#[tokio::test(start_paused = true)]
async fn allocations_are_counted() {
    let boxed = Contract::of(|probe| Faulty::new(probe, None));
    let count = |work: &mut dyn FnMut()| allocation_counter::measure(work).count_total;
    let report = boxed.allocating(count, 0, 0).check().await;
    assert_eq!(report.broken().collect::<Vec<_>>(), ["costs.allocations_are_as_said"], "{report}");
    Contract::of(|probe| Faulty::new(probe, None)).allocating(count, 1, 1).check().await.assert_kept();
}
