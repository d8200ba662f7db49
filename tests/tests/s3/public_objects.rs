//! Objects that anyone may read, by whatever way they are stored: as the requests ask for it, because SeaweedFS keeps
//! no ACL that comes with an upload.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_s3::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_s3::error::BoxError;
use buckets::adapter::s3::{AbortParts, BeginParts, S3Builder};
use buckets::cloud::UrlOptions;
use buckets::operation::{Copy, Put, SignedUrl};
use buckets::{Attributes, Cloud, Key};
use buckets_tests::components::curl::{answer, file, path};
use buckets_tests::payload;

use crate::curl::{SIGNED, post};
use crate::server::shared;

const A_MINUTE: Duration = Duration::from_secs(60);
const MIB: usize = 1 << 20;

fn key(name: &str) -> Key {
    Key::new(format!("public_objects/{name}")).expect("valid")
}

/// The ACLs that were asked for, each with the last segment of the key.
#[derive(Clone, Debug, Default)]
struct Asked(Arc<Mutex<Vec<(String, String)>>>);

impl Intercept for Asked {
    fn name(&self) -> &'static str {
        "Asked"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request();
        if let Some(acl) = request.headers().get("x-amz-acl") {
            let key = request.uri().split('?').next().and_then(|path| path.rsplit('/').next()).unwrap_or_default();
            self.0.lock().expect("no panic").push((key.to_owned(), acl.to_owned()));
        }
        Ok(())
    }
}

/// Stores objects in each way that asks the store, and tells for which of them an ACL was asked for.
async fn stored(set: impl FnOnce(S3Builder) -> S3Builder) -> Vec<(String, String)> {
    let server = shared().await;
    let asked = Asked::default();
    let client = Client::from_conf(server.client().config().to_builder().interceptor(asked.clone()).build());
    let s3 = set(server.adapter()).whole_copy_limit(5 * MIB as u64).build_from_client(&client).expect("valid");
    let cloud = Cloud::new("files", s3);
    cloud.call(Put::new(key("small"), "hello")).await.expect("stored");
    cloud.call(Put::new(key("parts"), payload::of(1, 17 * MIB))).await.expect("stored");
    cloud.call(Copy::new(key("small"), key("copy"))).await.expect("copied");
    cloud.call(Copy::new(key("parts"), key("copy_of_parts"))).await.expect("copied");
    let begun = cloud.call(BeginParts::new(key("parts_of_others"), Attributes::new())).await.expect("begun");
    cloud.call(AbortParts::new(begun)).await.expect("aborted");
    asked.0.lock().expect("no panic").clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_object_is_stored_as_public_and_only_where_that_is_set() {
    let asked = stored(|s3| s3.public_objects(true)).await;
    let names = ["small", "parts", "copy", "copy_of_parts", "parts_of_others"];
    assert_eq!(asked, names.map(|name| (name.to_owned(), "public-read".to_owned())));
    assert_eq!(stored(|s3| s3).await, []);
}

async fn put(link: &SignedUrl, headers: impl IntoIterator<Item = (&str, &str)>) -> u16 {
    let content = file(b"hello");
    let headers: Vec<_> = headers.into_iter().map(|(name, value)| format!("{name}: {value}")).collect();
    let mut arguments = vec!["--upload-file", path(&content), link.expose()];
    headers.iter().for_each(|header| arguments.extend(["--header", header]));
    answer(&arguments).await.0
}

#[tokio::test]
async fn others_can_store_nothing_but_public_objects_with_a_link_or_a_form() {
    let server = shared().await;
    let cloud = Cloud::new("files", server.adapter().public_objects(true).build().expect("valid"));
    let link = cloud.url_with(&key("link"), UrlOptions::upload(A_MINUTE)).await.expect("signed");
    let headers: Vec<_> = link.headers().collect();
    assert_eq!(headers, [("x-amz-acl", "public-read")]);
    assert_eq!(put(&link, []).await, 403);
    assert_eq!(put(&link, [("x-amz-acl", "private")]).await, 403);
    assert_eq!(put(&link, headers).await, 200);

    let form = cloud.url_with(&key("form"), UrlOptions::upload_form(A_MINUTE)).await.expect("signed");
    let content = file(b"hello");
    assert_eq!(post(&form, &content, ("acl", "private")).await, 403);
    assert_eq!(post(&form, &content, SIGNED).await, 204);
}
