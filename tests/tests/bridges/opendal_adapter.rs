//! Operators of OpenDAL as adapters: the conformance suite, and their traps.

use std::time::Duration;

use buckets::adapter::{Adapter, Backend};
use buckets::body::PutBody;
use buckets::bridge::Foreign;
use buckets::bridge::opendal_0_59::OperatorAdapter;
use buckets::bridge::opendal_0_59::opendal_core::{self, Operator, services};
use buckets::operation::{Condition, Get, Head, List, OperationKind, Put, Sign, SignedMethod};
use buckets::testing::conformance::{self, Options, Report};
use buckets::{ErrorKind, Key, Prefix};
use buckets_tests::components::process::until;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use opendal_service_fs::Fs;

async fn check(adapter: OperatorAdapter) -> Report {
    let capabilities = adapter.capabilities();
    let report = conformance::run(Backend::new(adapter), capabilities, Options::new().server_decides()).await;
    println!("{report}");
    report
}

fn memory() -> OperatorAdapter {
    OperatorAdapter::new(Operator::new(services::Memory::default()).expect("an operator"))
}

/// A folder as a store whose uploads are whole or not at all.
fn files(folder: &std::path::Path) -> OperatorAdapter {
    let root = folder.join("root").to_string_lossy().into_owned();
    let staging = folder.join("staging").to_string_lossy().into_owned();
    OperatorAdapter::new(Operator::new(Fs::default().root(&root).atomic_write_dir(&staging)).expect("an operator"))
}

/// White space at the ends of names, which they cut off.
const NAMES: [&str; 2] = ["keys.characters_beyond_ascii_are_kept", "keys.trailing_dots_and_spaces_are_kept"];

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn their_memory_conforms_but_for_its_gaps() {
    let report = check(memory()).await;
    assert_eq!(report.failures().collect::<Vec<_>>(), NAMES);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn their_file_system_conforms_but_for_its_gaps() {
    let folder = tempfile::tempdir().expect("a folder");
    let report = check(files(folder.path()).with_conditional_put(false).with_part_size(1 << 20)).await;
    // A staged file has a longer name than the object.
    let longest = ["keys.the_longest_segment", "keys.the_longest_segment_beyond_ascii"];
    assert_eq!(report.failures().collect::<Vec<_>>(), [NAMES, longest].concat());
}

fn key() -> Key {
    Key::new("canary/object").expect("valid")
}

#[tokio::test]
async fn a_key_that_they_would_change_is_refused_rather_than_another_one_taken() {
    let adapter = memory();
    adapter.put(Put::new(Key::new("a").expect("valid"), "content")).await.expect("stored");
    for name in ["a ", " a", "\u{2003}a"] {
        let key = Key::new(name).expect("valid");
        let put = adapter.put(Put::new(key.clone(), "another")).await.expect_err("would replace `a`");
        let get = adapter.get(Get::new(key)).await.expect_err("would find `a`");
        assert_eq!((put.kind(), get.kind()), (ErrorKind::InvalidInput, ErrorKind::InvalidInput), "{name:?}");
    }
}

#[tokio::test]
async fn what_the_operator_cannot_do_is_neither_declared_nor_tried() {
    let adapter = memory();
    let capabilities = adapter.capabilities();
    assert!(!capabilities.supports(OperationKind::Sign) && !capabilities.attributes && !capabilities.checksums);
    let sign = Sign::new(key(), SignedMethod::Get, Duration::from_secs(60)).expect("valid");
    assert_eq!(adapter.sign(sign).await.expect_err("no links").kind(), ErrorKind::Unsupported);
    adapter.put(Put::new(key(), "content").with_condition(Condition::if_absent())).await.expect("created");
    // Their memory has no tags, so there is no version to name.
    let replace = Put::new(key(), "content").with_condition(Condition::if_exists());
    assert_eq!(adapter.put(replace).await.expect_err("no versions").kind(), ErrorKind::Unsupported);
}

#[tokio::test]
async fn their_errors_are_kept_and_not_shown() {
    let adapter = memory();
    let error = adapter.head(Head::new(key())).await.expect_err("absent");
    let source = std::error::Error::source(&error).expect("a source");
    let theirs: &Foreign<opendal_core::Error> = source.downcast_ref().expect("theirs");
    assert!(theirs.get_ref().to_string().contains("canary"), "or there would be nothing to hide");
    for shown in [error.to_string(), format!("{error:?}"), source.to_string(), format!("{source:?}")] {
        assert!(!shown.contains("canary"), "{shown}");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let shown = format!("{:?}", files(&folder.path().join("canary")));
    assert!(!shown.contains("canary"), "{shown}");
}

#[tokio::test]
async fn a_dropped_upload_leaves_nothing_staged() {
    let folder = tempfile::tempdir().expect("a folder");
    let adapter = files(folder.path()).with_part_size(10_000);
    let begun = stream::iter((0..20).map(|_| Ok::<_, std::io::Error>(Bytes::from(vec![b'x'; 10_000]))));
    let stalled = PutBody::from_stream(begun.chain(stream::pending()));
    let put = tokio::spawn(async move { adapter.put(Put::new(key(), stalled)).await });
    let staged = || std::fs::read_dir(folder.path().join("staging")).map_or(0, |files| files.count());
    let limit = Duration::from_secs(10);
    until("a staged file", limit, async || (staged() == 1).then_some(()).ok_or_else(|| staged().to_string())).await;
    put.abort();
    until("its removal", limit, async || (staged() == 0).then_some(()).ok_or_else(|| staged().to_string())).await;
    let page = files(folder.path()).list(List::new(Prefix::default())).await.expect("listed");
    assert!(page.objects.is_empty());
}
