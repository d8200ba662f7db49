//! The program `conformance`, as users run it against a server of theirs.

use std::process::Command;

use buckets_tests::components::seaweedfs::{ACCESS_KEY, BUCKET, SECRET_KEY};

use crate::s3s_fs::S3sFs;
use crate::server::shared;

/// The gaps that it found, and what it printed last.
async fn conformance(endpoint: &str, arguments: &[&str]) -> (Vec<String>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_conformance"));
    command.args(["--s3-endpoint", endpoint, "--bucket", BUCKET, "--access-key", ACCESS_KEY]).args(arguments);
    command.env("CONFORMANCE_SECRET_KEY", SECRET_KEY);
    let output = tokio::task::spawn_blocking(move || command.output()).await.expect("no panic").expect("it runs");
    let printed = String::from_utf8(output.stdout).expect("text");
    println!("{printed}{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "the program ended with {}", output.status);
    let gaps = printed.lines().filter_map(|line| line.strip_prefix("gap: ")).map(str::to_owned).collect();
    (gaps, printed.lines().last().expect("a line").to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s3s_fs_fails_nowhere_but_for_its_own_gaps() {
    let server = S3sFs::start().await;
    let (gaps, last) = conformance(&server.endpoint, &[]).await;
    let found = |begin: &str| gaps.iter().any(|gap| gap.starts_with(begin));
    assert!(found("the CRC-32C") && found("conditions on the destination of a copy"), "{gaps:?}");
    assert!(!found("lists") && !found("content type"), "{gaps:?}");
    assert!(last.contains(" failed=0 "), "{last}");
    let passed = last.strip_prefix("passed=").and_then(|rest| rest.split(' ').next()?.parse::<u32>().ok());
    assert!(passed.is_some_and(|passed| passed > 150), "{last}");
}

#[tokio::test(flavor = "multi_thread")]
async fn seaweedfs_lists_in_an_order_of_its_own() {
    let server = shared().await;
    let (gaps, last) = conformance(&server.endpoint(), &["--only", "list."]).await;
    assert_eq!(gaps, ["lists are not in the order of the keys' bytes"]);
    assert!(last.ends_with(" failed=0 unsupported=2"), "{last}");
}

#[tokio::test]
async fn who_may_not_use_the_bucket_is_told_so() {
    let server = S3sFs::start().await;
    let mut command = Command::new(env!("CARGO_BIN_EXE_conformance"));
    command.args(["--s3-endpoint", &server.endpoint, "--bucket", BUCKET, "--access-key", ACCESS_KEY]);
    command.env("CONFORMANCE_SECRET_KEY", "another-secret");
    let output = tokio::task::spawn_blocking(move || command.output()).await.expect("no panic").expect("it runs");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(told.contains("the bucket cannot be used") && told.contains("SignatureDoesNotMatch"), "{told}");
    assert!(!told.contains("another-secret"), "{told}");
}
