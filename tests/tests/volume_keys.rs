//! Hostile keys and symbolic links: nothing outside the root of a volume is ever touched.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use buckets::adapter::{Adapter, Memory, Volume};
use buckets::operation::{Copy, Delete, Get, Head, List, Put};
use buckets::{Attributes, ByteRange, Condition, ErrorKind, Key, Prefix, Result};
use rustix::fs::{CWD, RenameFlags, renameat_with};
use tempfile::TempDir;

/// What a key may be made of to do harm, most of it harmless to a store that takes keys as they are.
fn hostile() -> Vec<String> {
    let segment = |len: usize| "s".repeat(len);
    let mut keys: Vec<String> = [
        "",
        "/",
        "//",
        ".",
        "..",
        "./a",
        "../a",
        "../../../etc/passwd",
        "a/../b",
        "a/../../b",
        "a/..",
        "a/.",
        "a//b",
        "/abs",
        "a/",
        "/etc/passwd",
        "a\\b",
        "..\\a",
        "C:\\a",
        "\\\\?\\C:\\a",
        "\\\\server\\share",
        "a\0b",
        "\0",
        "a\nb",
        "a\r\nb",
        "a\tb",
        "\u{1b}[31m",
        "\u{7f}",
        ".buckets",
        ".buckets/x",
        ".buckets/staging/x",
        ".BUCKETS/meta/x",
        // From here on each is the key of an object.
        "%2e%2e",
        "%2E%2E/%2e%2e/a",
        "..%2fa",
        "%2Fetc%2Fpasswd",
        "%00",
        "a/.buckets/x",
        ".bucketsx",
        "...",
        "..a",
        "a..",
        ".a",
        "C:",
        "CON",
        "NUL",
        "com1.txt",
        "a.",
        "a ",
        " ",
        " a",
        "a:b",
        "a#1",
        "a?b",
        "a%",
        "%",
        "a+b",
        "-rf",
        "--",
        "*",
        "~",
        "~root",
        "$HOME",
        "`id`",
        "$(id)",
        "a;b",
        "a|b",
        "a&b",
        "<a>",
        "\"",
        "'",
        "caf\u{e9}",
        "cafe\u{301}",
        "\u{202e}gpj.exe",
        "\u{200b}",
        "\u{feff}a",
        "\u{85}",
        "\u{2028}",
        "👩‍👩‍👧/🗄️",
        "文件/ファイル",
        "مجلد/ملف",
        "\u{ff0e}\u{ff0e}/a",
        "\u{2025}",
        "user.buckets",
        "lost+found",
    ]
    .map(str::to_owned)
    .into();
    keys.extend([
        segment(255),
        segment(256),
        "x/".repeat(511) + "xx",
        "x/".repeat(512) + "x",
        format!("{}é", segment(254)),
    ]);
    keys
}

#[tokio::test]
async fn hostile_keys_do_on_a_volume_what_they_do_in_memory() {
    let outside = Outside::new();
    let volume = Volume::builder(outside.root()).fsync(false).open().await.expect("opens");
    let memory = Memory::new();
    let (keys, before) = (hostile(), outside.state());
    assert!(keys.len() >= 64);
    let (mut objects, mut refused) = (Vec::new(), 0);
    for text in &keys {
        let Ok(key) = Key::new(text) else {
            assert_eq!(Key::new(text).expect_err("is refused").kind(), ErrorKind::InvalidInput);
            refused += 1;
            continue;
        };
        let (one, other) = (everything(&volume, &key).await, everything(&memory, &key).await);
        assert_eq!(one, other, "{text:?}");
        assert!(one.iter().any(|line| line.contains("hello")), "{text:?}: {one:#?}");
        objects.push(text.clone());
        assert_eq!(outside.state(), before, "{text:?}");
    }
    assert_eq!((refused, objects.len()), (35, keys.len() - 35));

    // All at once, each is a key of its own.
    for key in &objects {
        volume.put(Put::new(Key::new(key).expect("valid"), key.clone())).await.expect("is stored");
    }
    for key in &objects {
        let fetched = volume.get(Get::new(Key::new(key).expect("valid"))).await.expect("is there");
        assert_eq!(fetched.body.collect(2000).await.expect("is read"), key.as_bytes());
    }
    let page = volume.list(List::new(Prefix::default())).await.expect("lists");
    objects.sort();
    assert_eq!(page.objects.iter().map(|object| object.key.as_str()).collect::<Vec<_>>(), objects);
    assert_eq!(outside.state(), before);
}

/// Does every operation on the key, and tells what each answers but for tags and times.
async fn everything(store: &impl Adapter, key: &Key) -> Vec<String> {
    let put = |content: &'static str, condition| Put::new(key.clone(), content).with_condition(condition);
    let attributes = Attributes::new().with_content_type("text/plain").expect("valid");
    let beside = Key::new("beside").expect("valid");
    let mut said = Vec::new();
    said.push(read(store, key, None).await);
    said.push(told(
        store.put(put("hello", Condition::if_absent()).with_attributes(attributes)).await.map(|stored| stored.meta),
    ));
    said.push(told(store.put(put("again", Condition::if_absent())).await.map(|stored| stored.meta)));
    said.push(told(store.head(Head::new(key.clone())).await));
    said.push(read(store, key, None).await);
    said.push(read(store, key, Some(ByteRange::from_to(1, 3))).await);
    said.push(told(store.copy(Copy::new(key.clone(), beside.clone())).await.map(|stored| stored.meta)));
    said.push(told(store.copy(Copy::new(beside.clone(), key.clone())).await.map(|stored| stored.meta)));
    for prefix in [key.as_str(), ""] {
        let page = store.list(List::new(Prefix::new(prefix).expect("valid"))).await.expect("lists");
        said.push(format!(
            "{:?}",
            page.objects.iter().map(|object| (object.key.as_str(), object.size)).collect::<Vec<_>>()
        ));
    }
    said.push(format!("{:?}", store.delete(Delete::new(beside)).await.map_err(|error| error.kind())));
    for _ in 0..2 {
        said.push(format!("{:?}", store.delete(Delete::new(key.clone())).await.map_err(|error| error.kind())));
    }
    said.push(told(store.head(Head::new(key.clone())).await));
    said
}

async fn read(store: &impl Adapter, key: &Key, range: Option<ByteRange>) -> String {
    let mut get = Get::new(key.clone());
    get.range = range;
    match store.get(get).await {
        Ok(fetched) => format!("{:?}", fetched.body.collect(1000).await.expect("is read")),
        Err(error) => error.kind().to_string(),
    }
}

fn told(result: Result<buckets::ObjectMeta>) -> String {
    match result {
        Ok(meta) => format!("{} {} {:?} {:?}", meta.key.as_str(), meta.size, meta.checksum, meta.attributes),
        Err(error) => format!("{}: {}", error.kind(), error.message()),
    }
}

/// A directory with the root of a volume in it, and around that what nobody may touch.
struct Outside(TempDir);

impl Outside {
    fn new() -> Self {
        let outside = Self(TempDir::new().expect("a directory"));
        let path = outside.0.path();
        fs::create_dir_all(path.join("secrets/empty")).expect("directories");
        fs::write(path.join("secrets/object"), "secret").expect("writes");
        fs::write(path.join("a"), "secret").expect("writes");
        fs::create_dir(path.join("root")).expect("a directory");
        outside
    }

    fn root(&self) -> PathBuf {
        self.0.path().join("root")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// All there is but for what is in the root: kind, inode, times and content.
    fn state(&self) -> BTreeMap<PathBuf, String> {
        let mut state = BTreeMap::new();
        note(self.0.path(), &self.root(), &mut state);
        state
    }
}

fn note(directory: &Path, leave_out: &Path, state: &mut BTreeMap<PathBuf, String>) {
    for entry in fs::read_dir(directory).expect("a directory").flatten() {
        let path = entry.path();
        if path == leave_out {
            continue;
        }
        let metadata = path.symlink_metadata().expect("metadata");
        let content = if metadata.is_file() { fs::read(&path).expect("reads") } else { Vec::new() };
        let kind = (metadata.is_dir(), metadata.is_symlink(), metadata.file_type().is_fifo());
        let times = (metadata.ino(), metadata.mtime(), metadata.mtime_nsec(), metadata.ctime(), metadata.ctime_nsec());
        state.insert(path.clone(), format!("{kind:?} {times:?} {content:?}"));
        if metadata.is_dir() {
            note(&path, leave_out, state);
        }
    }
}

#[tokio::test]
async fn links_and_other_things_are_no_objects_and_no_way_out() {
    let outside = Outside::new();
    let root = outside.root();
    let volume = Volume::open(&root).await.expect("opens");
    volume.put(Put::new(Key::new("inside/object").expect("valid"), "content")).await.expect("is stored");
    for (name, target) in [
        ("to_file", outside.path("secrets/object")),
        ("to_directory", outside.path("secrets")),
        ("to_relative_directory", "../secrets".into()),
        ("to_parent", "..".into()),
        ("to_root_of_all", "/".into()),
        ("to_itself", "to_itself".into()),
        ("to_loop", "to_loop/x".into()),
        ("to_nothing", outside.path("secrets/new")),
        ("to_object", "inside/object".into()),
        ("to_inside", "inside".into()),
        ("to_own", ".buckets".into()),
    ] {
        symlink(target, root.join(name)).expect("a link");
        symlink(root.join(name), root.join("inside").join(name)).expect("a link");
    }
    let made =
        std::process::Command::new("mkfifo").arg(root.join("pipe")).status().expect("`mkfifo` (coreutils) starts");
    assert!(made.success());
    std::os::unix::net::UnixListener::bind(root.join("socket")).expect("a socket");

    let links = |directory: &Path| {
        let names = fs::read_dir(directory).expect("a directory").flatten().map(|entry| entry.file_name());
        let mut names: Vec<_> = names.map(|name| name.into_string().expect("UTF-8")).collect();
        names.retain(|name| name.starts_with("to_") || name == "pipe" || name == "socket");
        names.sort();
        names
    };
    let (before, links_before) = (outside.state(), links(&root));
    assert_eq!(links_before.len(), 13);
    let mut keys = Vec::new();
    for name in &links_before {
        keys.extend([
            name.clone(),
            format!("{name}/object"),
            format!("{name}/secrets/object"),
            format!("inside/{name}"),
        ]);
        keys.extend([format!("{name}/new"), format!("{name}/empty/new"), format!("inside/{name}/object")]);
    }
    keys.retain(|key| {
        key != "inside/pipe"
            && key != "inside/socket"
            && !key.starts_with("inside/pipe/")
            && !key.starts_with("inside/socket/")
    });
    let object = Key::new("inside/object").expect("valid");
    for key in keys {
        let key = Key::new(key).expect("valid");
        let name = key.as_str();
        let kind = |error: buckets::Error| error.kind();
        assert_eq!(volume.head(Head::new(key.clone())).await.map_err(kind).expect_err(name), ErrorKind::NotFound);
        assert_eq!(volume.get(Get::new(key.clone())).await.map_err(kind).expect_err(name), ErrorKind::NotFound);
        let copied = volume.copy(Copy::new(key.clone(), object.clone())).await;
        assert_eq!(copied.map_err(kind).expect_err(name), ErrorKind::NotFound);
        assert_eq!(volume.delete(Delete::new(key.clone())).await.expect("works").existed, Some(false), "{name}");
        for condition in [Condition::none(), Condition::if_absent()] {
            let put = volume.put(Put::new(key.clone(), "new").with_condition(condition)).await;
            assert_eq!(put.map_err(kind).expect_err(name), ErrorKind::AlreadyExists);
        }
        let copied = volume.copy(Copy::new(object.clone(), key.clone())).await;
        assert_eq!(copied.map_err(kind).expect_err(name), ErrorKind::AlreadyExists);
        let listed = volume.list(List::new(Prefix::new(format!("{name}/")).expect("valid"))).await.expect("lists");
        assert_eq!(listed.objects.len(), 0, "{name}");
    }
    for fold in [false, true] {
        let mut list = List::new(Prefix::default());
        list.fold = fold;
        let page = volume.list(list).await.expect("lists");
        let names: Vec<_> =
            page.objects.iter().map(|object| object.key.as_str().to_owned()).chain(page.prefixes).collect();
        assert_eq!(names, [if fold { "inside/" } else { "inside/object" }]);
    }
    assert_eq!(outside.state(), before);
    assert_eq!(links(&root), links_before);
    assert_eq!(read(&volume, &object, None).await, "b\"content\"");
}

#[test]
fn a_link_swapped_in_at_the_worst_moment_is_no_way_out() {
    let outside = Outside::new();
    let root = outside.root();
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let volume = runtime.block_on(Volume::builder(&root).fsync(false).open()).expect("opens");
    for directory in [root.join("d"), outside.path("spare")] {
        fs::create_dir_all(directory).expect("a directory");
    }
    // Keeps the directory from being taken away as empty.
    fs::write(root.join("d/keep"), "").expect("writes");
    fs::write(root.join("f"), "mine").expect("writes");
    symlink(outside.path("secrets"), outside.path("spare/d")).expect("a link");
    symlink(outside.path("secrets/object"), outside.path("spare/f")).expect("a link");
    let secrets = || {
        let mut state = BTreeMap::new();
        note(&outside.path("secrets"), Path::new(""), &mut state);
        state
    };
    let before = secrets();

    let stop = AtomicBool::new(false);
    let (mut swaps, mut reads, mut refused) = (0, 0, 0);
    std::thread::scope(|scope| {
        let end = EndOnDrop(&stop);
        let swapper = scope.spawn(|| {
            let mut swaps = 0;
            while !stop.load(Ordering::Relaxed) {
                for name in ["d", "f"] {
                    let (inside, spare) = (root.join(name), outside.path("spare").join(name));
                    swaps += usize::from(renameat_with(CWD, &inside, CWD, &spare, RenameFlags::EXCHANGE).is_ok());
                }
            }
            swaps
        });
        runtime.block_on(async {
            for round in 0..250 {
                for name in ["d/object", "d/new", "d/deep/new", "f"] {
                    let key = Key::new(name).expect("valid");
                    let put = volume.put(Put::new(key.clone(), format!("mine {round}"))).await;
                    match put.map_err(|error| error.kind()) {
                        Ok(_) => {}
                        Err(ErrorKind::AlreadyExists | ErrorKind::Overloaded) => refused += 1,
                        Err(other) => panic!("{name}: {other}"),
                    }
                    if let Ok(fetched) = volume.get(Get::new(key.clone())).await {
                        let content = fetched.body.collect(1000).await.expect("is read");
                        assert!(content.starts_with(b"mine"), "{name} holds {content:?}");
                        reads += 1;
                    }
                    let _ = volume.copy(Copy::new(key.clone(), Key::new("copy").expect("valid"))).await;
                    let _ = volume.list(List::new(Prefix::new("d/").expect("valid"))).await.expect("lists");
                    if name != "f" {
                        let _ = volume.delete(Delete::new(key)).await.expect("deletes");
                    }
                }
            }
        });
        drop(end);
        swaps = swapper.join().expect("no panic");
    });
    assert_eq!(secrets(), before);
    assert!(swaps > 100 && reads > 100 && refused > 100, "{swaps} swaps, {reads} reads, {refused} refused");
}

/// Ends a thread that would else be waited for without end where the test fails.
struct EndOnDrop<'a>(&'a AtomicBool);

impl Drop for EndOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
