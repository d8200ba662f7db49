//! Neither a key, nor content, nor a secret, nor what users attach gets into an event, an error or a `Debug`.

use std::error::Error as StdError;
use std::fmt::{Debug, Display};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use buckets::adapter::volume::{Signer, SigningKey};
use buckets::adapter::{Adapter, Memory, Volume};
use buckets::body::{GetBody, PutBody};
use buckets::cloud::{CopyOptions, DirectUploadOptions, UrlOptions};
use buckets::operation::{
    Attributes, Condition, Constraints, Copy, Cursor, Delete, Get, Head, List, Operation, Put, Request, Sign,
    SignedMethod,
};
use buckets::telemetry::{Dispatcher, Event, KeyPolicy};
use buckets::{
    ByteRange, Checksum, Cloud, Error, InsertOptions, Key, LoadTo, Prefix, ReadOptions, Secret, SignedUrl, Upload,
};
use buckets_tower::TelemetryLayer;

/// In every value below; nowhere else.
const CANARY: &str = "canary";
const CONTENT: &str = "canary in the content";
const KEY: &str = "canary-dir/canary-file.txt";
const SECRET: &str = "canary in the secret, which must be 32 bytes or more";

#[track_caller]
fn assert_silent(text: &str) {
    assert!(!text.to_ascii_lowercase().contains(CANARY), "{text}");
}

/// Looks at a value of a public type.
#[track_caller]
fn look(value: impl Debug) {
    assert_silent(&format!("{value:?}"));
    assert_silent(&format!("{value:#?}"));
}

#[track_caller]
fn look_at_error(error: &(dyn StdError + 'static)) {
    look(error);
    let mut link = Some(error);
    while let Some(error) = link {
        assert_silent(&error.to_string());
        link = error.source();
    }
}

#[track_caller]
fn fails<T>(result: buckets::Result<T>) {
    look_at_error(&result.err().expect("it should fail"));
}

#[track_caller]
fn works<T: Debug>(result: buckets::Result<T>) -> T {
    let value = result.unwrap_or_else(|error| panic!("it should work: {error:?}"));
    look(&value);
    value
}

fn look_at_event(event: &Event<'_>) {
    look(event);
    look(event.scope());
    assert_silent(&event.full_name().to_string());
    assert!(event.key().is_none(), "{event:?}");
    for (name, value) in event.metadata() {
        assert_silent(&format!("{name} {value} {value:?}"));
    }
    for (name, value) in event.measurements() {
        assert_silent(&format!("{name} {value} {value:?}"));
    }
    if let Some(error) = event.error() {
        look_at_error(error);
    }
}

fn key() -> Key {
    Key::new(KEY).expect("valid")
}

fn attributes() -> Attributes {
    Attributes::new()
        .with_content_type("text/plain; name=canary")
        .and_then(|a| a.with_cache_control("max-age=1, canary"))
        .and_then(|a| a.with_content_disposition("attachment; filename=canary"))
        .and_then(|a| a.with_metadata("canary-name", "canary value"))
        .expect("valid")
}

fn stream() -> PutBody {
    PutBody::from_stream(futures_util::stream::iter(["canary ", "in the content"].map(|c| Ok::<_, Error>(c.into()))))
}

/// Fails in the middle, with the content in the words of the error's source.
fn broken() -> PutBody {
    let chunks = [Ok(CONTENT), Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset))];
    PutBody::from_stream(futures_util::stream::iter(chunks.map(|chunk| chunk.map(Into::into))))
}

struct Tag(#[expect(dead_code, reason = "it is there to be leaked")] &'static str);

impl Operation for Tag {
    type Output = &'static str;
    const NAME: &'static str = "tag";
}

/// Does everything a cloud can, well and badly, and looks at all that comes back.
async fn exercise(adapter: impl Adapter, signs: bool) {
    let seen = Arc::new(AtomicUsize::new(0));
    let dispatcher = Dispatcher::builder().key_policy(KeyPolicy::Omit).build();
    let count = Arc::clone(&seen);
    let watch = move |event: &Event<'_>| {
        look_at_event(event);
        count.fetch_add(1, Ordering::Relaxed);
    };
    dispatcher.attach("watch", "", watch).expect("attached");
    let cloud = Cloud::builder("uploads", adapter).layer(TelemetryLayer::new()).dispatcher(dispatcher.clone());
    let cloud = cloud.base_prefix(Key::new("canary-base").expect("valid")).build();
    look(&cloud);

    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("canary.txt");
    std::fs::write(&path, CONTENT).expect("written");
    for upload in [
        || Upload::from_bytes("canary.txt", CONTENT).with_attributes(attributes()),
        || Upload::from_body("canary.txt", stream()).with_attributes(attributes()),
    ] {
        look(upload());
        works(cloud.insert(upload()).await);
        let at = InsertOptions::new().at(key());
        look(&at);
        works(cloud.insert_with(upload(), at.clone()).await);
        fails(cloud.insert_with(upload(), at.clone().with_condition(Condition::if_absent())).await);
        fails(cloud.insert_with(upload(), at.with_checksum(Checksum::of(b"another"))).await);
    }
    fails(cloud.insert(Upload::from_body("canary.txt", broken())).await);
    fails(cloud.insert(Upload::from_path(folder.path().join("canary-missing.txt"))).await);
    let mut object = works(cloud.insert(path.as_path()).await);
    look(object.location());

    works(cloud.load(&mut object, LoadTo::Memory).await);
    look(&object);
    works(cloud.unload(&mut object).await);
    works(cloud.load(&mut object, LoadTo::Directory(folder.path().join("canary-target"))).await);
    look(&object);
    let content = cloud.read(&key()).await.expect("found");
    assert_eq!(content, CONTENT);
    fails(cloud.read_with(&key(), ReadOptions::new().with_limit(1)).await);
    fails(cloud.read_with(&key(), ReadOptions::new().with_range(ByteRange::from(1000))).await);
    let fetched = works(cloud.reader(&key()).await);
    assert_eq!(fetched.body.collect(1000).await.expect("whole"), CONTENT);
    drop(works(cloud.reader(&key()).await));
    works(cloud.head(&key()).await);
    works(cloud.exists(&key()).await);
    let page = works(cloud.list(List::new(Prefix::new("canary").expect("valid")).with_limit(1).expect("valid")).await);
    look(page.next.expect("more than one"));
    works(cloud.copy(&object, "canary-copy.txt").await);
    look(CopyOptions::new().at(key()));
    works(cloud.health().await);

    let an_hour = Duration::from_secs(3600);
    let constraints =
        Constraints::default().with_content_type("text/plain; name=canary").with_content_disposition("canary");
    let options = UrlOptions::download(an_hour).with_constraints(constraints);
    look(&options);
    let upload = DirectUploadOptions::new().with_content_type("text/plain; name=canary");
    look(&upload);
    if signs {
        let url: SignedUrl = works(cloud.url_with(&key(), options).await);
        assert!(url.expose().contains(CANARY), "the test plants nothing");
        assert_silent(&url.to_string());
        works(cloud.direct_upload("canary.txt", upload).await);
    } else {
        fails(cloud.url_with(&key(), options).await);
        fails(cloud.direct_upload("canary.txt", upload).await);
    }
    fails(cloud.call(Tag("canary")).await);
    works(cloud.delete(&key()).await);

    for hostile in ["../canary", "/canary", "canary//canary", "canary/", "canary\0", "canary\n"] {
        fails(cloud.read(hostile).await);
        fails(Key::new(hostile));
    }
    fails(cloud.read(&Key::new("canary/missing").expect("valid")).await);
    fails(cloud.head(&Key::new("canary/missing").expect("valid")).await);
    let failures: Vec<_> = dispatcher.list_handlers().into_iter().map(|info| info.failures).collect();
    assert_eq!(failures, [0], "an event said too much, see the panics above");
    assert!(seen.load(Ordering::Relaxed) > 100);
}

#[tokio::test]
async fn in_memory() {
    exercise(Memory::new(), false).await;
}

#[tokio::test]
async fn on_a_volume_that_signs() {
    let root = tempfile::Builder::new().prefix("canary").tempdir().expect("a folder");
    let secret = Secret::new(SECRET);
    let key = SigningKey::new(&secret).expect("long enough");
    let signer = Signer::new("http://localhost/storage", "uploads", key.clone()).expect("valid");
    look((&secret, &key, &signer));
    let volume = Volume::builder(root.path()).links(signer).open().await.expect("opened");
    look(&volume);
    exercise(volume, true).await;
}

#[test]
fn every_operation_and_what_it_is_made_of() {
    let sign = || Sign::new(key(), SignedMethod::Put, Duration::from_secs(60)).expect("valid");
    let constraints =
        || Constraints::default().with_content_type("text/plain; name=canary").with_content_disposition("canary");
    let list = || List::new(Prefix::new(CANARY).expect("valid")).after(Cursor::new(CANARY).expect("valid"));
    look((key(), Prefix::new(CANARY), attributes(), constraints(), Cursor::new(CANARY)));
    look((PutBody::from(CONTENT), stream(), GetBody::from_bytes(CONTENT.into())));
    look((Put::new(key(), CONTENT).with_attributes(attributes()), Put::new(key(), stream())));
    look((Get::new(key()), Head::new(key()), Delete::new(key()), Copy::new(key(), key())));
    look((list(), sign().with_constraints(constraints())));
    look(Request::new(Put::new(key(), CONTENT).with_attributes(attributes())));
    look((Request::new(Get::new(key())), Request::new(Copy::new(key(), key())), Request::new(list())));
    look((Request::new(sign().with_constraints(constraints())), Request::new(Tag(CANARY))));
}

#[test]
fn values_that_are_refused_are_not_repeated() {
    fn refused(error: Result<impl Sized, impl StdError + 'static>) {
        look_at_error(&error.err().expect("refused"));
    }
    refused(Attributes::new().with_content_type("canary"));
    refused(Attributes::new().with_cache_control("canary\n"));
    refused(Attributes::new().with_content_disposition("canary\r"));
    refused(Attributes::new().with_metadata("canary name", "canary"));
    refused(Attributes::new().with_metadata("canary", "canary\n"));
    refused(SigningKey::new(&Secret::new(CANARY)));
    refused(Signer::new("ftp://canary", "alias", SigningKey::new(&Secret::new(SECRET)).expect("long enough")));
    refused(CANARY.repeat(1000).parse::<Key>());
    let shown: &dyn Display = &Error::not_found().with_operation("get");
    assert_eq!(shown.to_string(), "get: the object does not exist");
}
