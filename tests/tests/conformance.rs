//! The conformance suite on the adapters here, and on stacks of tower's own layers.

use buckets::Secret;
use buckets::adapter::volume::{Signer, SigningKey};
use buckets::adapter::{Adapter, Backend, Capabilities, Memory, Volume};
use buckets::operation::OperationKind;
use buckets::store::{BoxStore, Store};
use buckets::testing::conformance::{self, Options, Report, Verdict};
use tower::ServiceBuilder;
use tower::buffer::BufferLayer;
use tower::limit::ConcurrencyLimitLayer;

async fn check(store: impl Store, capabilities: Capabilities) -> Report {
    let report = conformance::run(store, capabilities, Options::new()).await;
    println!("{report}");
    report.assert_passed();
    report
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn memory_conforms() {
    let memory = Backend::new(Memory::new());
    let report = check(memory.clone(), memory.adapter().capabilities()).await;
    assert!(report.passed() > 150, "{} behaviours", report.passed());
    let unsupported: Vec<_> =
        report.lines().iter().filter(|line| matches!(line.verdict, Verdict::Unsupported(_))).collect();
    assert!(unsupported.iter().all(|line| line.behaviour.starts_with("sign.")), "{unsupported:#?}");
    assert!(memory.adapter().is_empty(), "the suite left {} objects behind", memory.adapter().len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn volume_conforms() {
    let directory = tempfile::TempDir::new().expect("a directory");
    let key = SigningKey::new(&Secret::new("0123456789abcdef".repeat(2))).expect("is long enough");
    let signer = Signer::new("https://files.example", "uploads", key).expect("is valid");
    for builder in [
        Volume::builder(directory.path()).links(signer),
        Volume::builder(directory.path()).without_xattrs().fsync(false),
    ] {
        let volume = Backend::new(builder.open().await.expect("opens"));
        let capabilities = volume.adapter().capabilities();
        let report = check(volume, capabilities).await;
        assert!(report.passed() > 150, "{} behaviours", report.passed());
        let left: Vec<_> = std::fs::read_dir(directory.path()).expect("a directory").flatten().collect();
        assert_eq!(left.len(), 1, "the suite left {left:?} behind");
    }
}

#[tokio::test]
async fn memory_conforms_on_a_single_thread() {
    check(Backend::new(Memory::new()), Memory::new().capabilities()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn stock_tower_layers_keep_the_contract() {
    let stack = ServiceBuilder::new()
        .layer(BufferLayer::new(16))
        .layer(ConcurrencyLimitLayer::new(4))
        .service(Backend::new(Memory::new()));
    check(BoxStore::new(stack), Memory::new().capabilities()).await;
}

#[tokio::test]
async fn what_is_not_declared_is_reported_as_unsupported() {
    let nothing = Backend::new(Nothing);
    let report = conformance::run(nothing, Capabilities::none(), Options::new()).await;
    assert_eq!(report.failed(), 0, "{report}");
    assert!(report.unsupported() > 150, "{report}");
    let false_claim = Capabilities::none().with(OperationKind::Put);
    let report = conformance::run(Backend::new(Nothing), false_claim, Options::new()).await;
    assert!(report.failures().any(|name| name == "capabilities.what_is_declared_is_there"), "{report}");
}

#[tokio::test]
async fn a_gap_of_a_server_is_told_from_a_fault() {
    let options = Options::new().only("head.").server_decides();
    let claims = Capabilities::all();
    let report = conformance::run(Backend::new(Nothing), claims, options).await;
    assert_eq!((report.passed(), report.failed()), (0, 0), "{report}");
    assert!(report.to_string().contains("this adapter does not support"), "{report}");
}

/// An adapter without any operation.
struct Nothing;

impl Adapter for Nothing {
    fn name(&self) -> &str {
        "nothing"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::none()
    }
}
