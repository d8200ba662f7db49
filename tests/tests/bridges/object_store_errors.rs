//! Errors on their way through both bridges.

use std::sync::Arc;

use buckets::adapter::{Adapter, Backend, Capabilities, Memory};
use buckets::bridge::Foreign;
use buckets::bridge::object_store_0_14::{CloudStore, ObjectStoreAdapter};
use buckets::operation::{Condition, Fetched, Get, Head, ObjectMeta, Put};
use buckets::testing::Capture;
use buckets::{Cloud, Error, ErrorKind, Key, Result};
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{Error as TheirError, GetOptions, ObjectStore, ObjectStoreExt, PutMode, TagSet};

/// Fails every lookup with this kind.
struct Failing(ErrorKind);

impl Adapter for Failing {
    fn name(&self) -> &str {
        "failing"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::all()
    }

    async fn get(&self, _: Get) -> Result<Fetched> {
        Err(self.error())
    }

    async fn head(&self, _: Head) -> Result<ObjectMeta> {
        Err(self.error())
    }
}

impl Failing {
    fn error(&self) -> Error {
        Error::new(self.0, "as told").with_retry_after(std::time::Duration::from_secs(7)).with_request_id("4711")
    }
}

#[tokio::test]
async fn an_error_of_ours_comes_back_from_their_library_as_it_was() {
    for &kind in ErrorKind::ALL {
        let store = CloudStore::new(Cloud::new("inner", Failing(kind)));
        let outer = ObjectStoreAdapter::new(Arc::new(store));
        let error = outer.head(Head::new(Key::new("a").expect("valid"))).await.expect_err("fails");
        assert_eq!(error.kind(), kind);
        assert_eq!((error.request_id(), error.is_retryable()), (Some("4711"), kind.is_transient()));
        assert_eq!(error.retry_after(), Some(std::time::Duration::from_secs(7)));
    }
}

#[tokio::test]
async fn kinds_become_the_errors_that_their_callers_match_on() {
    let error = async |kind| {
        let store = CloudStore::new(Cloud::new("lake", Failing(kind)));
        store.get(&Path::from("dir/object")).await.expect_err("fails")
    };
    assert!(matches!(error(ErrorKind::NotFound).await, TheirError::NotFound { path, .. } if path == "dir/object"));
    assert!(matches!(error(ErrorKind::PermissionDenied).await, TheirError::PermissionDenied { .. }));
    assert!(matches!(error(ErrorKind::Unauthenticated).await, TheirError::Unauthenticated { .. }));
    assert!(matches!(error(ErrorKind::Unsupported).await, TheirError::NotSupported { .. }));
    assert!(matches!(error(ErrorKind::Throttled).await, TheirError::Generic { store: "buckets", .. }));
}

#[tokio::test]
async fn what_a_cloud_has_no_place_for_is_not_implemented() {
    let store = CloudStore::new(Cloud::new("lake", Memory::new()));
    let path = Path::from("object");
    let mut tags = TagSet::default();
    tags.push("a", "b");
    let refused = store.put_opts(&path, "x".into(), tags.into()).await.expect_err("tags");
    assert!(matches!(refused, TheirError::NotImplemented { .. }), "{refused}");
    let version = GetOptions::new().with_version(Some("1"));
    let refused = store.get_opts(&path, version).await.expect_err("versions");
    assert!(matches!(refused, TheirError::NotImplemented { .. }), "{refused}");
    let plain = Cloud::builder("plain", Memory::new()).capabilities(Capabilities::all().with_conditional_put(false));
    let refused = CloudStore::new(plain.build()).put_opts(&path, "x".into(), PutMode::Create.into()).await;
    assert!(matches!(refused, Err(TheirError::NotImplemented { .. })));
    store.put(&Path::from(".buckets/object"), "x".into()).await.expect_err("no key");
}

#[tokio::test]
async fn an_object_renamed_to_itself_stays() {
    let store = CloudStore::new(Cloud::new("lake", Memory::new()));
    let path = Path::from("object");
    store.put(&path, "content".into()).await.expect("stored");
    store.rename(&path, &path).await.expect("nothing to do");
    let refused = store.rename_if_not_exists(&path, &path).await.expect_err("it exists");
    assert!(matches!(refused, TheirError::AlreadyExists { .. }));
    assert_eq!(store.get(&path).await.expect("is there").bytes().await.expect("whole"), "content");
}

#[tokio::test]
async fn their_errors_are_kept_and_not_shown() {
    let adapter = ObjectStoreAdapter::new(Arc::new(InMemory::new()));
    let error = adapter.head(Head::new(Key::new("canary/object").expect("valid"))).await.expect_err("absent");
    let source = std::error::Error::source(&error).expect("a source");
    let theirs: &Foreign<TheirError> = source.downcast_ref().expect("theirs");
    assert!(theirs.get_ref().to_string().contains("canary"), "or there would be nothing to hide");
    for shown in [error.to_string(), format!("{error:?}"), source.to_string(), format!("{source:?}")] {
        assert!(!shown.contains("canary"), "{shown}");
    }
    assert!(!format!("{adapter:?}").contains("InMemory"));
}

#[tokio::test]
async fn calls_through_their_trait_are_told_as_any() {
    let capture = Capture::new();
    let cloud = Cloud::builder("lake", Memory::new()).dispatcher(capture.dispatcher()).build();
    let store: Arc<dyn ObjectStore> = Arc::new(CloudStore::new(cloud));
    let (one, two) = (Path::from("one"), Path::from("two"));
    store.put(&one, "content".into()).await.expect("stored");
    assert_eq!(store.get_range(&one, 1..4).await.expect("a part"), "ont");
    store.rename(&one, &two).await.expect("renamed");
    store.list_with_delimiter(None).await.expect("listed");
    store.head(&one).await.expect_err("renamed");
    let ends: Vec<_> = capture.names().into_iter().filter(|name| !name.ends_with(".start")).collect();
    let expected = ["insert.stop", "reader.stop", "copy.stop", "delete.stop", "list.stop", "head.exception"];
    assert_eq!(ends, expected.map(|end| format!("buckets.cloud.{end}")));
    assert!(!capture.one("buckets.cloud.head.exception").outcome.expect("ended").is_failure());
    capture.assert_conserved();
}

#[tokio::test]
async fn a_condition_that_their_trait_cannot_say_is_looked_after() {
    let adapter = Backend::new(ObjectStoreAdapter::new(Arc::new(InMemory::new())));
    let cloud = Cloud::over("uploads", "object_store", adapter).build();
    let key = Key::new("object").expect("valid");
    let put = |condition| Put::new(key.clone(), "content").with_condition(condition);
    assert_eq!(
        cloud.call(put(Condition::if_exists())).await.expect_err("absent").kind(),
        ErrorKind::PreconditionFailed
    );
    let tag = cloud.call(put(Condition::none())).await.expect("stored").meta.etag.expect("a tag");
    cloud.call(put(Condition::if_exists())).await.expect("is there");
    let refused = cloud.call(put(Condition::if_match(tag.clone()))).await.expect_err("another");
    assert_eq!(refused.kind(), ErrorKind::PreconditionFailed);
    cloud.call(put(Condition::if_none_match(tag))).await.expect("is another");
}
