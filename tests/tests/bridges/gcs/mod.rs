//! Google Cloud Storage: the conformance suite against the emulator, and what is sent held to what Google documents.
//!
//! What the emulator does not show: it believes everybody and every link. So [`tokens`] asks a server that counts and
//! compares them, and [`links`] has links and assertions judged by OpenSSL.

mod links;
mod statuses;
mod tokens;

use buckets::adapter::gcs::{Gcs, GcsBuilder, GcsCredentials};
use buckets::adapter::{Adapter, Backend};
use buckets::body::PutBody;
use buckets::operation::{Condition, Get, Head, OperationKind, Put};
use buckets::testing::conformance::{self, Options};
use buckets::{Attributes, CloudConfig, ErrorKind, Key, Secret};
use buckets_tests::components::fake_gcs::FakeGcs;
use buckets_tests::components::openssl::RsaKey;
use buckets_tests::components::process::{PATIENCE, until};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use serde_json::json;

const BUCKET: &str = "uploads";
/// Google's smallest part but for the last one.
const PART: usize = 5 << 20;

fn builder(emulator: &FakeGcs) -> GcsBuilder {
    Gcs::builder(BUCKET).endpoint(emulator.endpoint()).credentials(GcsCredentials::anonymous()).part_size(PART)
}

fn key() -> Key {
    Key::new("dir/object.txt").expect("valid")
}

/// A service account's key as Google gives it out.
fn account(email: &str, key: &RsaKey, token_uri: &str) -> Secret {
    let account = json!({
        "type": "service_account",
        "project_id": "project",
        "private_key_id": "key-1",
        "private_key": key.pem(),
        "client_email": email,
        "token_uri": token_uri,
    });
    Secret::new(account.to_string())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn gcs_conforms_but_for_white_space_at_the_ends_of_names() {
    let emulator = FakeGcs::start(BUCKET).await;
    let gcs = builder(&emulator).build().expect("valid");
    let capabilities = gcs.capabilities();
    assert!(capabilities.conditional_put && !capabilities.supports(OperationKind::Sign));
    let options = Options::new().server_decides().with_large_len(2 * PART + 1);
    let report = conformance::run(Backend::new(gcs), capabilities, options).await;
    println!("{report}");
    // Which OpenDAL cuts off, so that such names are refused.
    let names = ["keys.characters_beyond_ascii_are_kept", "keys.trailing_dots_and_spaces_are_kept"];
    assert_eq!(report.failures().collect::<Vec<_>>(), names);
    let (begun, pending) = emulator.uploads().await;
    assert!(begun > 0, "nothing went in parts");
    assert_eq!(pending, 0, "uploads were left behind");
}

#[tokio::test]
async fn what_went_in_parts_can_be_named_by_its_tag() {
    let emulator = FakeGcs::start(BUCKET).await;
    let gcs = builder(&emulator).build().expect("valid");
    let content = Bytes::from(vec![b'x'; 2 * PART + 7]);
    let attributes = Attributes::new().with_content_type("text/plain").and_then(|ours| ours.with_metadata("a-b", "c"));
    let put = Put::new(key(), content.clone()).with_attributes(attributes.expect("valid"));
    let stored = gcs.put(put).await.expect("stored").meta;
    assert_eq!(emulator.uploads().await, (1, 0));
    let head = gcs.head(Head::new(key())).await.expect("there");
    assert_eq!((head.size, head.attributes.content_type()), (2 * PART as u64 + 7, Some("text/plain")));
    assert_eq!(head.attributes.metadata().collect::<Vec<_>>(), [("a-b", "c")]);
    assert_eq!(stored, head);
    let tag = stored.etag.expect("a tag");
    let fetched =
        gcs.get(Get::new(key()).with_condition(Condition::if_match(tag.clone()))).await.expect("it is that one");
    assert!(fetched.body.collect(u64::MAX).await.expect("content") == content);
    let replace = Put::new(key(), "new").with_condition(Condition::if_match(tag));
    gcs.put(replace).await.expect("replaced");
}

#[tokio::test]
async fn an_upload_in_parts_that_is_dropped_or_fails_is_aborted() {
    let emulator = FakeGcs::start(BUCKET).await;
    let gcs = builder(&emulator).build().expect("valid");
    let begun = || stream::iter((0..3).map(|_| Ok(Bytes::from(vec![b'x'; PART]))));
    let broken = begun().chain(stream::iter([Err(std::io::Error::other("broke off"))]));
    gcs.put(Put::new(key(), PutBody::from_stream(broken))).await.expect_err("the content broke off");
    assert_eq!(emulator.uploads().await, (1, 0));

    let adapter = gcs.clone();
    let stalled = PutBody::from_stream(begun().chain(stream::pending::<Result<_, std::io::Error>>()));
    let put = tokio::spawn(async move { adapter.put(Put::new(key(), stalled)).await });
    let counts = async |expected| {
        until("uploads", PATIENCE, async || match emulator.uploads().await {
            seen if seen == expected => Ok(()),
            seen => Err(format!("{seen:?} in place of {expected:?}")),
        })
        .await;
    };
    counts((2, 1)).await;
    put.abort();
    counts((2, 0)).await;
    assert_eq!(gcs.head(Head::new(key())).await.expect_err("nothing").kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn what_is_not_told_is_told_to_be_unknown_and_what_cannot_be_kept_is_refused() {
    let emulator = FakeGcs::start(BUCKET).await;
    let gcs = builder(&emulator).build().expect("valid");
    let stored = gcs.put(Put::new(key(), "content")).await.expect("stored").meta;
    assert_eq!(stored.attributes.content_type(), Some("application/octet-stream"));
    assert_eq!(gcs.head(Head::new(key())).await.expect("there"), stored);
    let inline = Attributes::new().with_content_disposition("inline").expect("valid");
    let refused = gcs.put(Put::new(key(), "other").with_attributes(inline)).await.expect_err("no place for it");
    assert_eq!(refused.kind(), ErrorKind::Unsupported);
}

#[tokio::test]
async fn a_configured_bucket_keeps_files() {
    let emulator = FakeGcs::start(BUCKET).await;
    let text = format!(
        "[clouds.uploads]\nadapter = 'gcs'\nbucket = '{BUCKET}'\nanonymous = true\nendpoint = '{}'",
        emulator.endpoint(),
    );
    let [config] = CloudConfig::all_from_toml(&text).expect("valid").try_into().expect("one cloud");
    let cloud = buckets::Cloud::from_config(&config).await.expect("opened");
    assert_eq!((cloud.name(), cloud.adapter()), ("uploads", "gcs"));
    let object = cloud.insert(("x.txt", "kept")).await.expect("inserted");
    assert_eq!(cloud.read(&object).await.expect("read"), "kept");

    let wrong = text.replace("anonymous = true", "service_account = '{\"hunter2\": 1}'");
    let [config] = CloudConfig::all_from_toml(&wrong).expect("valid").try_into().expect("one cloud");
    let error = buckets::Cloud::from_config(&config).await.expect_err("that is no key");
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(!format!("{error} {error:?} {config:?}").contains("hunter2"), "{error:?}");
}

#[tokio::test]
async fn settings_that_are_missing_or_wrong_are_told_by_build() {
    let refused = |builder: GcsBuilder| builder.build().expect_err("refused").kind();
    let anonymous = |bucket: &str| Gcs::builder(bucket).credentials(GcsCredentials::anonymous());
    assert_eq!(refused(Gcs::builder(BUCKET)), ErrorKind::InvalidInput);
    for bucket in ["", "a", "a/../b", "has space", "who?", "..."] {
        assert_eq!(refused(anonymous(bucket)), ErrorKind::InvalidInput, "{bucket:?}");
    }
    assert_eq!(refused(anonymous(BUCKET).endpoint("storage.example")), ErrorKind::InvalidInput);
    let rsa = RsaKey::generate();
    let valid = account("a@b.example", &rsa, "https://token.example");
    for json in [
        "{".to_owned(),
        json!({"type": "service_account"}).to_string(),
        valid.expose().replace("service_account", "authorized_user"),
        valid.expose().replace("PRIVATE KEY", "PUBLIC CANARY"),
    ] {
        let builder = Gcs::builder(BUCKET).credentials(GcsCredentials::service_account(Secret::new(json)));
        assert!(!format!("{builder:?}").contains("CANARY"));
        let error = builder.build().expect_err("refused");
        let source = std::error::Error::source(&error).map(ToString::to_string);
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(!format!("{error} {error:?} {source:?}").contains("CANARY"), "{error:?}");
    }
    let gcs = |credentials| Gcs::builder(BUCKET).credentials(credentials).build().expect("valid").store_id();
    let known = GcsCredentials::service_account(valid);
    assert_eq!(gcs(known.clone()), gcs(known.clone()));
    assert_ne!(gcs(known), gcs(GcsCredentials::metadata_server()));
    assert_ne!(gcs(GcsCredentials::metadata_server()), gcs(GcsCredentials::anonymous()));
}
