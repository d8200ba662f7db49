//! Stores of `object_store` as adapters: the conformance suite, and what it does not ask.

use std::sync::Arc;

use buckets::adapter::{Adapter, Backend};
use buckets::bridge::object_store_0_14::ObjectStoreAdapter;
use buckets::testing::conformance::{self, Options, Report, Verdict};
use object_store::ObjectStore;
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;

async fn check(adapter: ObjectStoreAdapter, options: Options) -> Report {
    let capabilities = adapter.capabilities();
    let report = conformance::run(Backend::new(adapter), capabilities, options).await;
    println!("{report}");
    report
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn their_memory_conforms() {
    let store: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
    for adapter in [
        ObjectStoreAdapter::new(Arc::clone(&store)),
        // In many parts, so that every large upload is a multipart one; and as a store of ordered lists.
        ObjectStoreAdapter::new(store).with_part_size(64 << 10).with_ordered_lists(),
    ] {
        let report = check(adapter, Options::new()).await;
        report.assert_passed();
        assert!(report.passed() > 140, "{} behaviours", report.passed());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn their_file_system_conforms_but_for_its_gaps() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = LocalFileSystem::new_with_prefix(folder.path()).expect("a store");
    let adapter = ObjectStoreAdapter::new(Arc::new(store)).with_attributes(false).with_part_size(1 << 20);
    let report = check(adapter, Options::new().server_decides()).await;
    // Names it keeps for itself or cannot write, and nothing else.
    let gaps = [
        "keys.names_that_some_systems_reserve",
        "keys.names_of_staging_files_and_sidecars",
        "keys.the_longest_segment",
        "keys.the_longest_segment_beyond_ascii",
    ];
    assert_eq!(report.failures().collect::<Vec<_>>(), gaps);
    // It creates under a condition and replaces under none.
    let unsupported = report.lines().iter().filter(|line| matches!(line.verdict, Verdict::Unsupported(_)));
    let conditions = unsupported.filter(|line| line.behaviour.starts_with("conditions.")).count();
    assert!(conditions < 8, "{conditions} behaviours");
}
