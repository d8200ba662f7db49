//! What the volume does, on a real directory.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::{Duration, SystemTime};

use buckets::adapter::{Adapter, Memory, Volume};
use buckets::body::PutBody;
use buckets::operation::{Copy, Cursor, Delete, Get, Head, List, Page, Put};
use buckets::telemetry::{Clock, SystemClock, Timestamp};
use buckets::{Attributes, ByteRange, Checksum, Condition, ErrorKind, Key, ObjectMeta, Prefix, Result};
use bytes::Bytes;
use tempfile::TempDir;

async fn volume() -> (TempDir, Volume) {
    let directory = TempDir::new().expect("a directory");
    let volume = Volume::open(directory.path()).await.expect("opens");
    (directory, volume)
}

fn key(key: &str) -> Key {
    Key::new(key).expect("a valid key")
}

async fn put(store: &impl Adapter, name: &str, content: &'static str) -> Result<ObjectMeta> {
    store.put(Put::new(key(name), content)).await.map(|stored| stored.meta)
}

async fn read(store: &impl Adapter, name: &str) -> Result<Bytes> {
    store.get(Get::new(key(name))).await?.body.collect(u64::MAX).await
}

async fn head(store: &impl Adapter, name: &str) -> Result<ObjectMeta> {
    store.head(Head::new(key(name))).await
}

async fn delete(store: &impl Adapter, name: &str) -> Result<Option<bool>> {
    store.delete(Delete::new(key(name))).await.map(|deleted| deleted.existed)
}

fn kind<T>(result: Result<T>) -> Option<ErrorKind> {
    result.err().map(|error| error.kind())
}

fn names(directory: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(directory)
        .expect("a directory")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
        .collect();
    names.sort();
    names
}

fn attributes() -> Attributes {
    Attributes::new()
        .with_content_type("text/plain")
        .and_then(|attributes| attributes.with_cache_control("no-store"))
        .and_then(|attributes| attributes.with_content_disposition("inline"))
        .and_then(|attributes| attributes.with_metadata("customer", "4711"))
        .expect("valid")
}

#[tokio::test]
async fn what_was_put_is_what_is_read_in_every_size_and_make() {
    let (_directory, volume) = volume().await;
    for size in [0, 1, 65_536, 65_537, 262_143, 262_144, 262_145, 3_000_000] {
        let content = Bytes::from((0..size).map(|byte| (byte % 251) as u8).collect::<Vec<_>>());
        let chunks: Vec<_> =
            content.chunks(10_007).map(|chunk| Ok::<_, ErrorBox>(Bytes::copy_from_slice(chunk))).collect();
        let bodies = [PutBody::from(content.clone()), PutBody::from_stream(futures_util::stream::iter(chunks))];
        for body in bodies {
            let put = Put::new(key("a/b"), body).with_attributes(attributes()).with_checksum(Checksum::of(&content));
            let stored = volume.put(put).await.expect("is stored").meta;
            assert_eq!((stored.size, stored.checksum), (size as u64, Some(Checksum::of(&content))));
            assert_eq!(head(&volume, "a/b").await.expect("is there"), stored);
            let fetched = volume.get(Get::new(key("a/b"))).await.expect("is there");
            assert_eq!(fetched.meta, stored);
            assert_eq!(fetched.meta.attributes, attributes());
            assert!(fetched.body.collect(u64::MAX).await.expect("is read") == content);
            assert_eq!(names(&_directory.path().join(".buckets/staging")), [""; 0]);
        }
    }
}

type ErrorBox = Box<dyn std::error::Error + Send + Sync>;

#[tokio::test]
async fn a_part_is_read_from_where_it_begins() {
    let (_directory, volume) = volume().await;
    let content: Bytes = (0..1_000_000_u32).map(|byte| (byte % 251) as u8).collect::<Vec<_>>().into();
    volume.put(Put::new(key("a"), content.clone())).await.expect("is stored");
    for range in
        [ByteRange::from_to(0, 0), ByteRange::from_to(3, 500_000), ByteRange::suffix(7), ByteRange::from(999_999)]
    {
        let fetched = volume.get(Get::new(key("a")).with_range(range)).await.expect("is there");
        let wanted = content.slice(fetched.range.start as usize..fetched.range.end as usize);
        assert!(fetched.body.collect(u64::MAX).await.expect("is read") == wanted, "{range:?}");
        assert_eq!(fetched.meta.size, 1_000_000);
    }
    let outside = volume.get(Get::new(key("a")).with_range(ByteRange::from(1_000_000))).await;
    assert_eq!(kind(outside), Some(ErrorKind::InvalidInput));
}

#[tokio::test]
async fn a_put_that_fails_leaves_the_old_object_and_nothing_else() {
    let (directory, volume) = volume().await;
    let old = put(&volume, "a/b", "old").await.expect("is stored");
    let large = vec![7; 1_000_000];
    let broken = |bytes: Vec<u8>| {
        let chunks = [Ok(Bytes::from(bytes)), Err(ErrorBox::from("the client is gone"))];
        PutBody::from_stream(futures_util::stream::iter(chunks))
    };
    let puts = [
        (Put::new(key("a/b"), "new").with_checksum(Checksum::of(b"other")), ErrorKind::ChecksumMismatch),
        (Put::new(key("a/b"), broken(large.clone())), ErrorKind::Interrupted),
        (Put::new(key("a/c"), broken(b"x".to_vec())), ErrorKind::Interrupted),
        (Put::new(key("a/b"), PutBody::from("short").with_exact_len(6)), ErrorKind::Interrupted),
        (Put::new(key("a/b"), PutBody::from(large).with_exact_len(999)), ErrorKind::Protocol),
        (Put::new(key("a/b"), "new").with_condition(Condition::if_absent()), ErrorKind::AlreadyExists),
        (Put::new(key("x/y"), "new").with_condition(Condition::if_exists()), ErrorKind::PreconditionFailed),
    ];
    for (put, expected) in puts {
        assert_eq!(kind(volume.put(put).await), Some(expected));
    }
    assert_eq!(head(&volume, "a/b").await.expect("is there"), old);
    assert_eq!(read(&volume, "a/b").await.expect("is there"), "old");
    assert_eq!(names(directory.path()), [".buckets", "a"]);
    assert_eq!(names(&directory.path().join("a")), ["b"]);
    settled(&directory).await;
}

/// Waits for a staged file to go that is removed by another thread.
async fn settled(directory: &TempDir) {
    let staging = directory.path().join(".buckets/staging");
    for _ in 0..10_000 {
        if names(&staging).is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    panic!("left in staging: {:?}", names(&staging));
}

#[tokio::test]
async fn conditions_are_judged_by_the_tag_now_there() {
    let (_directory, volume) = volume().await;
    let put = async |condition| volume.put(Put::new(key("a"), "x").with_condition(condition)).await;
    let first = put(Condition::if_absent()).await.expect("is new").meta.etag.expect("a tag");
    assert_eq!(kind(put(Condition::if_absent()).await), Some(ErrorKind::AlreadyExists));
    let second = put(Condition::if_match(first.clone())).await.expect("matches").meta.etag.expect("a tag");
    assert_ne!(first, second);
    assert_eq!(kind(put(Condition::if_match(first.clone())).await), Some(ErrorKind::PreconditionFailed));
    assert_eq!(kind(put(Condition::if_none_match(second.clone())).await), Some(ErrorKind::PreconditionFailed));
    let get = async |condition| volume.get(Get::new(key("a")).with_condition(condition)).await;
    assert!(get(Condition::if_match(second.clone())).await.is_ok());
    assert_eq!(kind(get(Condition::if_none_match(second)).await), Some(ErrorKind::PreconditionFailed));
    let copy = Copy::new(key("a"), key("a")).with_condition(Condition::if_match(first));
    assert_eq!(kind(volume.copy(copy).await), Some(ErrorKind::PreconditionFailed));
}

#[tokio::test]
async fn deletes_say_what_was_there_and_take_empty_directories_along() {
    let (directory, volume) = volume().await;
    put(&volume, "a/b/c/d", "x").await.expect("is stored");
    put(&volume, "a/e", "x").await.expect("is stored");
    assert_eq!(delete(&volume, "a/b/c/d").await.expect("works"), Some(true));
    assert_eq!(delete(&volume, "a/b/c/d").await.expect("works"), Some(false));
    assert_eq!(names(&directory.path().join("a")), ["e"]);
    for nothing in ["a", "a/e/f", "z", "z/z"] {
        assert_eq!(delete(&volume, nothing).await.expect("works"), Some(false), "{nothing}");
    }
    assert_eq!(delete(&volume, "a/e").await.expect("works"), Some(true));
    assert_eq!(names(directory.path()), [".buckets"]);
}

#[tokio::test]
async fn a_reader_keeps_what_it_began_with() {
    let (_directory, volume) = volume().await;
    let old = Bytes::from(vec![1; 2_000_000]);
    volume.put(Put::new(key("a"), old.clone())).await.expect("is stored");
    let one = volume.get(Get::new(key("a"))).await.expect("is there");
    let two = volume.get(Get::new(key("a"))).await.expect("is there");
    put(&volume, "a", "new").await.expect("is stored");
    assert!(one.body.collect(u64::MAX).await.expect("is read") == old);
    delete(&volume, "a").await.expect("works");
    assert!(two.body.collect(u64::MAX).await.expect("is read") == old);
    assert_eq!(kind(head(&volume, "a").await), Some(ErrorKind::NotFound));
}

#[tokio::test]
async fn a_copy_is_another_file_with_the_same_content_and_attributes() {
    let (directory, volume) = volume().await;
    let content = Bytes::from(vec![5; 1_000_000]);
    let put = Put::new(key("a"), content.clone()).with_attributes(attributes());
    let source = volume.put(put).await.expect("is stored").meta;
    let copied = volume.copy(Copy::new(key("a"), key("b/c"))).await.expect("is copied").meta;
    assert_eq!((copied.checksum, &copied.attributes), (source.checksum, &source.attributes));
    assert_ne!(copied.etag, source.etag);
    assert_eq!(head(&volume, "b/c").await.expect("is there"), copied);
    assert!(read(&volume, "b/c").await.expect("is read") == content);
    fs::write(directory.path().join("b/c"), "by hand").expect("writes");
    assert!(read(&volume, "a").await.expect("is read") == content);
    assert_eq!(kind(volume.copy(Copy::new(key("z"), key("a"))).await), Some(ErrorKind::NotFound));

    fs::write(directory.path().join("hand"), "made").expect("writes");
    let copied = volume.copy(Copy::new(key("hand"), key("hand"))).await.expect("is copied").meta;
    assert_eq!(copied.checksum, Some(Checksum::of(b"made")));
}

#[tokio::test]
async fn files_made_or_changed_by_hand_are_read_as_they_are() {
    for volume in both_ways_of_keeping_records().await {
        let (directory, volume) = volume;
        fs::create_dir(directory.path().join("d")).expect("a directory");
        fs::write(directory.path().join("d/hand"), "made").expect("writes");
        let made = head(&volume, "d/hand").await.expect("is there");
        assert_eq!((made.size, made.checksum, made.attributes.is_empty()), (4, None, true));
        assert!(made.etag.is_some());
        assert_eq!(read(&volume, "d/hand").await.expect("is read"), "made");

        let put = Put::new(key("kept"), "before").with_attributes(attributes());
        let stored = volume.put(put).await.expect("is stored").meta;
        fs::write(directory.path().join("kept"), "behind").expect("writes");
        let changed = head(&volume, "kept").await.expect("is there");
        assert_ne!(changed.etag, stored.etag);
        assert_eq!((changed.checksum, changed.attributes.is_empty()), (None, true));
        assert_eq!(read(&volume, "kept").await.expect("is read"), "behind");
        let stale = Put::new(key("kept"), "x").with_condition(Condition::if_match(stored.etag.expect("a tag")));
        assert_eq!(kind(volume.put(stale).await), Some(ErrorKind::PreconditionFailed));
        let current = Put::new(key("kept"), "x").with_condition(Condition::if_match(changed.etag.expect("a tag")));
        assert!(volume.put(current).await.is_ok());
    }
}

#[tokio::test]
async fn content_that_rots_is_not_delivered_whole() {
    let (directory, volume) = volume().await;
    for size in [100, 1_000_000] {
        volume.put(Put::new(key("a"), vec![0; size])).await.expect("is stored");
        let path = directory.path().join("a");
        let modified = fs::metadata(&path).and_then(|metadata| metadata.modified()).expect("metadata");
        let file = fs::OpenOptions::new().write(true).open(&path).expect("opens");
        std::os::unix::fs::FileExt::write_all_at(&file, &[1], size as u64 / 2).expect("writes");
        file.set_modified(modified).expect("sets the time");
        assert_eq!(kind(read(&volume, "a").await), Some(ErrorKind::ChecksumMismatch));
    }
}

async fn both_ways_of_keeping_records() -> [(TempDir, Volume); 2] {
    let directory = TempDir::new().expect("a directory");
    let without = Volume::builder(directory.path()).without_xattrs().open().await.expect("opens");
    [volume().await, (directory, without)]
}

#[tokio::test]
async fn sidecars_come_and_go_with_their_objects() {
    let [_, (directory, volume)] = both_ways_of_keeping_records().await;
    let sidecars = directory.path().join(".buckets/meta");
    for round in 0..3 {
        let put = Put::new(key("a/b"), format!("{round}")).with_attributes(attributes());
        let stored = volume.put(put).await.expect("is stored").meta;
        assert_eq!(head(&volume, "a/b").await.expect("is there"), stored);
        assert_eq!(stored.attributes, attributes());
        assert_eq!(names(&sidecars).len(), 1);
    }
    volume.copy(Copy::new(key("a/b"), key("c"))).await.expect("is copied");
    assert_eq!(head(&volume, "c").await.expect("is there").attributes, attributes());
    assert_eq!(names(&sidecars).len(), 2);
    let refused = Put::new(key("c"), "x").with_condition(Condition::if_absent());
    assert_eq!(kind(volume.put(refused).await), Some(ErrorKind::AlreadyExists));
    assert_eq!(names(&sidecars).len(), 2);
    delete(&volume, "a/b").await.expect("works");
    delete(&volume, "c").await.expect("works");
    assert_eq!(names(&sidecars), [""; 0]);
    settled(&directory).await;
}

#[tokio::test]
async fn attributes_too_large_for_the_file_system_go_into_a_sidecar() {
    let (_directory, volume) = volume().await;
    let header = "\"".repeat(1000);
    let large = attributes()
        .with_cache_control(&header)
        .and_then(|attributes| attributes.with_content_disposition(&header))
        .and_then(|attributes| attributes.with_metadata("m", "\"".repeat(2000)))
        .expect("valid");
    volume.put(Put::new(key("a"), "x").with_attributes(large.clone())).await.expect("is stored");
    assert_eq!(head(&volume, "a").await.expect("is there").attributes, large);
}

#[derive(Debug)]
struct Later(Duration);

impl Clock for Later {
    fn now(&self) -> Timestamp {
        SystemClock.now()
    }
    fn system_time(&self) -> SystemTime {
        SystemTime::now() + self.0
    }
}

#[tokio::test]
async fn what_a_dead_process_left_is_swept_after_a_day() {
    let [_, (directory, volume)] = both_ways_of_keeping_records().await;
    put(&volume, "kept", "x").await.expect("is stored");
    let own = directory.path().join(".buckets");
    fs::write(own.join("staging/left"), "half").expect("writes");
    fs::write(own.join("meta/7fffffffffffffff"), "{}").expect("writes");
    let open = async |hours: u64| {
        let clock = Later(Duration::from_secs(hours * 3600));
        Volume::builder(directory.path()).clock(clock).open().await.expect("opens")
    };
    open(23).await;
    assert_eq!((names(&own.join("staging")).len(), names(&own.join("meta")).len()), (1, 2));
    open(25).await;
    assert_eq!((names(&own.join("staging")).len(), names(&own.join("meta")).len()), (0, 1));
    assert!(head(&volume, "kept").await.expect("is there").checksum.is_some());
}

#[tokio::test]
async fn a_sweep_spares_what_is_being_written() {
    for (directory, volume) in both_ways_of_keeping_records().await {
        let (sender, receiver) = tokio::sync::oneshot::channel::<()>();
        let chunks = futures_util::stream::unfold((0, Some(receiver)), |(count, mut receiver)| async move {
            match count {
                0 => Some((Ok::<_, ErrorBox>(Bytes::from(vec![1; 300_000])), (1, receiver))),
                1 => {
                    receiver.take()?.await.ok()?;
                    Some((Ok(Bytes::from(vec![2; 300_000])), (2, None)))
                }
                _ => None,
            }
        });
        let put = Put::new(key("a"), PutBody::from_stream(Box::pin(chunks)));
        let writer = volume.clone();
        let putting = tokio::spawn(async move { writer.put(put).await });
        while names(&directory.path().join(".buckets/staging")).is_empty() {
            tokio::task::yield_now().await;
        }
        assert_eq!(volume.sweep(Duration::ZERO).await.expect("sweeps").staged, 0);
        sender.send(()).expect("the put waits");
        putting.await.expect("no panic").expect("is stored");
        assert_eq!(head(&volume, "a").await.expect("is there").size, 600_000);
    }
}

#[tokio::test]
async fn a_key_and_keys_below_it_do_not_go_together() {
    let (directory, volume) = volume().await;
    put(&volume, "a", "x").await.expect("is stored");
    assert_eq!(kind(put(&volume, "a/b", "x").await), Some(ErrorKind::AlreadyExists));
    put(&volume, "b/c/d", "x").await.expect("is stored");
    assert_eq!(kind(put(&volume, "b", "x").await), Some(ErrorKind::AlreadyExists));
    assert_eq!(kind(put(&volume, "b/c", "x").await), Some(ErrorKind::AlreadyExists));
    let new = Put::new(key("b"), "x").with_condition(Condition::if_absent());
    assert_eq!(kind(volume.put(new).await), Some(ErrorKind::AlreadyExists));
    assert_eq!(kind(volume.copy(Copy::new(key("a"), key("b"))).await), Some(ErrorKind::AlreadyExists));
    assert_eq!(read(&volume, "a").await.expect("is there"), "x");
    assert_eq!(read(&volume, "b/c/d").await.expect("is there"), "x");
    assert_eq!(kind(read(&volume, "a/b").await), Some(ErrorKind::NotFound));
    // What a process that died leaves is no object and does not stand in the way of one.
    fs::create_dir_all(directory.path().join("e/f/g")).expect("directories");
    put(&volume, "e", "x").await.expect("is stored");
    settled(&directory).await;
}

#[tokio::test]
async fn a_wrong_root_is_an_error_that_says_so() {
    let directory = TempDir::new().expect("a directory");
    let file = directory.path().join("file");
    fs::write(&file, "").expect("writes");
    for path in [file.clone(), file.join("below")] {
        let error = Volume::open(path).await.expect_err("is no directory");
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.message().contains("must be directories"), "{error}");
    }
    let made = directory.path().join("a/b/c");
    Volume::open(&made).await.expect("is made");
    assert!(made.is_dir());
    let bent = directory.path().join("bent");
    fs::create_dir(&bent).expect("a directory");
    symlink(directory.path(), bent.join(".buckets")).expect("a link");
    assert_eq!(kind(Volume::open(bent).await), Some(ErrorKind::InvalidInput));
}

#[tokio::test]
async fn two_volumes_on_one_directory_know_that_they_are_one() {
    let (directory, volume) = volume().await;
    let link = directory.path().join("link");
    symlink(directory.path(), &link).expect("a link");
    let again = Volume::open(&link).await.expect("opens");
    assert_eq!(volume.store_id(), again.store_id());
    let other = TempDir::new().expect("a directory");
    assert_ne!(volume.store_id(), Volume::open(other.path()).await.expect("opens").store_id());
}

#[tokio::test]
async fn lists_are_those_of_memory() {
    let (directory, volume) = volume().await;
    let memory = Memory::new();
    let keys = [
        "a.txt", "a/b", "a/c", "a/d/e", "a0", "a-b", "b", "ab/c/d/e", "ab/c/d0", "z/z", "é/ü", "a!", "a/b.txt",
        "a/b0/c", "...", "~",
    ];
    for name in keys {
        put(&volume, name, "x").await.expect("is stored");
        put(&memory, name, "x").await.expect("is stored");
    }
    // None of these is an object.
    fs::create_dir_all(directory.path().join("empty/empty")).expect("a directory");
    fs::write(directory.path().join("back\\slash"), "").expect("writes");
    fs::write(directory.path().join("new\nline"), "").expect("writes");
    fs::write(directory.path().join(std::ffi::OsStr::new(not_utf8())), "").expect("writes");
    symlink("a.txt", directory.path().join("link")).expect("a link");
    symlink("a", directory.path().join("linked")).expect("a link");

    for prefix in ["", "a", "a/", "a/b", "a/d/", "ab/c", "z", "zz", "é", "none/", "a.txt/", "b/x", "."] {
        for fold in [false, true] {
            for limit in [1, 2, 3, 5, 1000] {
                let pages = (pages(&volume, prefix, fold, limit).await, pages(&memory, prefix, fold, limit).await);
                assert_eq!(pages.0, pages.1, "{prefix:?} fold {fold} limit {limit}");
            }
        }
    }
    assert_eq!(pages(&volume, "", false, 7).await.concat().len(), keys.len());
}

fn not_utf8() -> &'static std::ffi::OsStr {
    std::os::unix::ffi::OsStrExt::from_bytes(b"\xff\xfe")
}

/// The pages of a list, each the keys and folded prefixes in it.
async fn pages(store: &impl Adapter, prefix: &str, fold: bool, limit: usize) -> Vec<Vec<String>> {
    let (mut pages, mut cursor) = (Vec::new(), None::<Cursor>);
    loop {
        let mut list = List::new(Prefix::new(prefix).expect("valid")).with_limit(limit).expect("valid");
        list.fold = fold;
        list.cursor = cursor.take();
        let Page { objects, prefixes, next, .. } = store.list(list).await.expect("lists");
        let mut page: Vec<_> = objects.iter().map(|object| object.key.as_str().to_owned()).collect();
        assert!(page.is_sorted() && prefixes.is_sorted());
        page.extend(prefixes);
        page.sort();
        pages.push(page);
        match next {
            Some(next) => cursor = Some(next),
            None => return pages,
        }
    }
}
