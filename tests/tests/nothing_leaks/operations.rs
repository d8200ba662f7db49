//! Everything a cloud can do, done well and done badly.

use std::time::Duration;

use buckets::cloud::{CopyOptions, DirectUploadOptions, UrlOptions};
use buckets::operation::{Condition, Constraints, List};
use buckets::{ByteRange, Checksum, Cloud, InsertOptions, Key, LoadTo, Prefix, ReadOptions, SignedUrl, Upload};

use crate::planted::{CANARY, CONTENT, Tag, assert_silent, attributes, broken, fails, key, look, stream, works};

/// Does everything, and looks at all that comes back. `signs` says whether the adapter signs links.
pub(crate) async fn all(cloud: &Cloud, signs: bool) {
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
}
