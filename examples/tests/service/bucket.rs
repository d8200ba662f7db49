//! The same service on a bucket of a store that speaks S3.

use std::process::Command;

use buckets_tests::components::process::{PATIENCE, until};
use buckets_tests::components::seaweedfs::{ACCESS_KEY, BUCKET, SECRET_KEY, SeaweedFs};
use futures_util::stream;
use serde_json::Value;

use crate::page;
use crate::support::{Service, content, program};

/// The program, with the settings of a bucket of `store`.
pub(crate) fn on_a_bucket_of(store: &SeaweedFs) -> Command {
    let mut command = program();
    command.envs([
        ("BUCKETS_ADAPTER", "s3"),
        ("BUCKETS_PROVIDER", "compatible"),
        ("BUCKETS_BUCKET", BUCKET),
        ("BUCKETS_ENDPOINT", &store.endpoint()),
        ("BUCKETS_ACCESS_KEY_ID", ACCESS_KEY),
        ("BUCKETS_SECRET_ACCESS_KEY", SECRET_KEY),
        ("BUCKETS_ORDERED_LISTS", "false"),
        ("BUCKETS_MAX_UPLOAD", "40MiB"),
    ]);
    command
}

async fn start(command: Command) -> Service {
    Service::start_as(command, tempfile::tempdir().expect("a folder")).await
}

#[tokio::test]
async fn it_says_which_bucket_it_is_and_shows_no_key() {
    let store = SeaweedFs::start().await;
    let service = start(on_a_bucket_of(&store)).await;
    let printed = service.process.output();
    assert!(printed.contains(&format!("the bucket {BUCKET} at {}", store.endpoint())), "{printed}");

    service.store("a.txt", "hello").await;
    let printed = service.process.output();
    assert!(!printed.contains(SECRET_KEY) && !printed.contains(ACCESS_KEY), "{printed}");
}

#[tokio::test]
async fn the_page_is_the_same() {
    let store = SeaweedFs::start().await;
    page::upload_download_and_delete(&start(on_a_bucket_of(&store)).await).await;
}

#[tokio::test]
async fn who_goes_away_in_the_midst_of_an_upload_leaves_nothing_in_the_bucket() {
    let store = SeaweedFs::start().await;
    let service = start(on_a_bucket_of(&store)).await;
    let begun = stream::iter([
        Ok("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.bin\"\r\n\r\n".into()),
        Ok(content(20 << 20)),
        Err(std::io::Error::other("the client goes away")),
    ]);
    let upload = service.client.post(service.url("/files")).header("content-type", "multipart/form-data; boundary=x");
    upload.body(reqwest::Body::wrap_stream(begun)).send().await.expect_err("it went away");
    let labels = [("operation", "insert"), ("kind", "interrupted")];
    service.until_metric("buckets_operation_errors_total", &labels, 1.0).await;

    let client = store.client();
    until("the upload in parts to be aborted", PATIENCE, async || {
        let unfinished =
            client.list_multipart_uploads().bucket(BUCKET).send().await.map_err(|error| error.to_string())?;
        if unfinished.uploads().is_empty() { Ok(()) } else { Err("it is still there".into()) }
    })
    .await;
    let listed: Value = service.get("/files").await.json().await.expect("JSON");
    assert_eq!(listed["files"], Value::Array(Vec::new()));
}

#[tokio::test]
async fn what_is_wrong_with_the_bucket_is_said_at_once() {
    let store = SeaweedFs::start().await;
    for (name, value, say) in [
        ("BUCKETS_BUCKET", "", "BUCKETS_BUCKET: it is empty"),
        ("BUCKETS_BUCKET", "no-such-bucket", "bucket"),
        ("BUCKETS_BUKKET", "photos", "BUCKETS_BUKKET: there is no such setting"),
        ("BUCKETS_PROVIDER", "sweets", "digitalocean_spaces"),
        ("BUCKETS_ENDPOINT", "files.example.org", "endpoint"),
        ("BUCKETS_PATH_STYLE", "maybe", "BUCKETS_PATH_STYLE: write `true` or `false`"),
        ("BUCKETS_BASE_PREFIX", "photos", "BUCKETS_BASE_PREFIX"),
        ("BUCKETS_SECRET_ACCESS_KEY", "hunter2", "does not know the credentials"),
        ("BUCKETS_ACCESS_KEY_ID", "hunter2", "does not know the credentials"),
    ] {
        let mut command = on_a_bucket_of(&store);
        let output = command.env("BUCKETS_LISTEN", "127.0.0.1:0").env(name, value).output().expect("it ends");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{name}={value}: {said}");
        assert!(said.contains(say), "{name}={value}: {said}");
        assert!(!said.contains("hunter2") && !said.contains(SECRET_KEY), "{said}");
    }
}
