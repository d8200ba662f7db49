//! Disks that are full, broken or not to be written, for real and at every step.

use std::io;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use buckets::ErrorKind;
use buckets::adapter::Adapter;
use buckets::adapter::volume::Step;
use buckets_tests::victim::{Deed, NEW, OLD, SOURCE, commit, open, version, versioned};
use tempfile::TempDir;

const STEPS: [Step; 11] = [
    Step::Stage,
    Step::Write,
    Step::Describe,
    Step::PlaceSidecar,
    Step::Sync,
    Step::Lock,
    Step::MakeDirectory,
    Step::Rename,
    Step::Unlink,
    Step::SyncDirectory,
    Step::RemoveSidecar,
];

#[tokio::test]
async fn an_error_at_any_step_is_reported_and_leaves_old_or_new() {
    // ENOSPC, EDQUOT, EIO, EACCES, EROFS, EFBIG and EMFILE, as the system numbers them.
    let errors = [
        (28, ErrorKind::QuotaExceeded),
        (122, ErrorKind::QuotaExceeded),
        (5, ErrorKind::Io),
        (13, ErrorKind::PermissionDenied),
        (30, ErrorKind::PermissionDenied),
        (27, ErrorKind::TooLarge),
        (24, ErrorKind::Io),
    ];
    let mut failed = 0;
    for (errno, kind) in errors {
        for step in STEPS {
            for deed in Deed::SINGLE {
                for sidecars in [false, true] {
                    failed += usize::from(fails(errno, kind, step, deed, sidecars).await);
                }
            }
        }
    }
    assert!(failed >= 400, "only {failed} failures");
}

/// Has each step of this kind fail, and tells whether the deed has such a step.
async fn fails(errno: i32, kind: ErrorKind, step: Step, deed: Deed, sidecars: bool) -> bool {
    let directory = TempDir::new_in("/dev/shm").expect("a directory in memory");
    let root = directory.path().to_str().expect("UTF-8");
    let volume = open(root, sidecars, |_| Ok(())).await;
    if matches!(deed, Deed::Put | Deed::Copy | Deed::Delete) {
        volume.put(versioned(deed.key(), OLD, 1000)).await.expect("is stored");
    }
    volume.put(versioned(SOURCE, NEW, 2000)).await.expect("is stored");
    let reached = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&reached);
    let broken = open(root, sidecars, move |now| {
        if now == step {
            counter.fetch_add(1, Ordering::Relaxed);
            return Err(io::Error::from_raw_os_error(errno));
        }
        Ok(())
    });
    let broken = broken.await;
    let before = version(&volume, deed.key()).await.expect("is read");
    let result = commit(&broken, deed, 2000).await;
    let after = version(&volume, deed.key()).await.expect("is read");
    let context = format!("{deed:?} with error {errno} at {step:?}, sidecars {sidecars}");

    let done = if deed == Deed::Delete { None } else { Some(NEW) };
    if reached.load(Ordering::Relaxed) == 0 || step == Step::RemoveSidecar {
        // What nobody misses is left to the next sweep and is no failure.
        result.expect(&context);
        assert_eq!(after, done, "{context}");
        return false;
    }
    assert_eq!(result.expect_err(&context).kind(), kind, "{context}");
    if step == Step::SyncDirectory && !(sidecars && deed != Deed::Delete) && before.is_some() {
        assert_eq!(after, done, "{context}");
    } else {
        assert_eq!(after, before, "{context}");
    }
    let swept = volume.sweep(Duration::ZERO).await.expect("sweeps");
    assert_eq!((swept.staged, swept.records), (0, usize::from(sidecars && deed == Deed::Delete && after.is_none())));
    assert!(deed != Deed::Create || !directory.path().join("new").exists(), "{context}");
    true
}

/// Runs a shell line in which `"$@"` is the witness with these arguments.
fn witness(line: &str, arguments: [&str; 3]) -> Vec<String> {
    let Output { status, stdout, stderr } = Command::new("sh")
        .args(["-c", line, "sh", env!("CARGO_BIN_EXE_volume_witness")])
        .args(arguments)
        .output()
        .expect("`sh` starts");
    let stderr = String::from_utf8_lossy(&stderr);
    assert!(
        status.success(),
        "this test needs `unshare`, `mount`, `prlimit` (util-linux) and `strace`, root to mount, and the right to \
         trace; `{line}` ended with {status}: {stderr}"
    );
    String::from_utf8(stdout).expect("UTF-8").lines().map(str::to_owned).collect()
}

fn prepared() -> (TempDir, String) {
    let directory = TempDir::new().expect("a directory");
    let root = directory.path().join("root").to_str().expect("UTF-8").to_owned();
    assert_eq!(witness("\"$@\"", ["prepare", &root, "600000"]), [""; 0]);
    (directory, root)
}

#[test]
fn a_full_disk_is_a_full_disk_and_deleting_helps() {
    let directory = TempDir::new().expect("a directory");
    let root = directory.path().to_str().expect("UTF-8");
    let line = format!("unshare --mount sh -c 'mount -t tmpfs -o size=1m none {root} && exec \"$@\"' sh \"$@\"");
    assert_eq!(
        witness(&line, ["both", root, "600000"]),
        [
            "Put: quota_exceeded, Some(1), 0 left",
            "Create: quota_exceeded, None, 0 left",
            "Copy: quota_exceeded, Some(1), 0 left",
            "CopyNew: quota_exceeded, None, 0 left",
            "Delete: ok, None, 0 left",
        ]
    );
}

#[test]
fn a_file_system_without_extended_attributes_loses_none() {
    let directory = TempDir::new().expect("a directory");
    let root = directory.path().to_str().expect("UTF-8");
    let line = format!("unshare --mount sh -c 'mount -t ramfs none {root} && exec \"$@\"' sh \"$@\"");
    assert_eq!(
        witness(&line, ["both", root, "600000"]),
        [
            "Put: ok, Some(2), 0 left",
            "Create: ok, Some(2), 0 left",
            "Copy: ok, Some(2), 0 left",
            "CopyNew: already_exists, Some(2), 0 left",
            "Delete: ok, None, 0 left",
        ]
    );
}

#[test]
fn a_limit_on_the_size_of_files_is_told_as_such() {
    let (_directory, root) = prepared();
    let line = "trap '' XFSZ; exec prlimit --fsize=400000 \"$@\"";
    assert_eq!(
        witness(line, ["work", &root, "600000"]),
        [
            "Put: too_large, Some(1), 0 left",
            "Create: too_large, None, 0 left",
            "Copy: too_large, Some(1), 0 left",
            "CopyNew: too_large, None, 0 left",
            "Delete: ok, None, 0 left",
        ]
    );
}

#[test]
fn a_disk_mounted_read_only_can_be_read() {
    let (directory, root) = prepared();
    let mount = |root: &str| {
        format!(
            "unshare --mount sh -c 'mount --bind {root} {root} && mount -o remount,bind,ro {root} && exec \"$@\"' sh \"$@\""
        )
    };
    assert_eq!(
        witness(&mount(&root), ["work", &root, "600000"]),
        [
            "Put: permission_denied, Some(1), 0 left",
            "Create: permission_denied, None, 0 left",
            "Copy: permission_denied, Some(1), 0 left",
            "CopyNew: permission_denied, None, 0 left",
            "Delete: permission_denied, Some(1), 0 left",
        ]
    );
    let empty = directory.path().join("empty");
    std::fs::create_dir(&empty).expect("a directory");
    let empty = empty.to_str().expect("UTF-8");
    assert_eq!(witness(&mount(empty), ["work", empty, "1"]), ["open: permission_denied"]);
}

#[test]
fn system_calls_that_fail_are_reported() {
    let failing = |call: &str, errno: &str| {
        let (_directory, root) = prepared();
        let line = format!("exec strace -f -qq -o /dev/null -e trace={call} -e inject={call}:error={errno} \"$@\"");
        witness(&line, ["work", &root, "600000"])
    };
    let nothing_done = |kind: &str| {
        [
            format!("Put: {kind}, Some(1), 0 left"),
            format!("Create: {kind}, None, 0 left"),
            format!("Copy: {kind}, Some(1), 0 left"),
            format!("CopyNew: {kind}, None, 0 left"),
        ]
    };
    // A delete is done by the time its directory is synced, and says that it may not last.
    for (call, errno, kind, delete) in [
        ("fsync", "EIO", "io", "Delete: io, None, 0 left"),
        ("fsync", "ENOSPC", "quota_exceeded", "Delete: quota_exceeded, None, 0 left"),
        ("fsetxattr", "EIO", "io", "Delete: ok, None, 0 left"),
        ("fsetxattr", "EDQUOT", "quota_exceeded", "Delete: ok, None, 0 left"),
        ("flock", "ENOLCK", "io", "Delete: io, Some(1), 0 left"),
    ] {
        let said = failing(call, errno);
        assert_eq!(said[..4], nothing_done(kind), "{call} with {errno}");
        assert_eq!(said[4], delete, "{call} with {errno}");
    }
    let said = failing("unlinkat", "EIO");
    assert_eq!(said[4], "Delete: io, Some(2), ? left");
}

#[test]
fn a_large_object_takes_little_memory() {
    const MIB: u64 = 1024;
    let directory = TempDir::new().expect("a directory");
    let root = directory.path().to_str().expect("UTF-8");
    let said = witness("\"$@\"", ["large", root, &(256 * 1024 * 1024).to_string()]);
    let peaks: Vec<u64> = said.iter().map(|peak| peak.parse().expect("a number")).collect();
    assert!(peaks[1] < peaks[0] + 8 * MIB, "from {} to {} KiB for 256 MiB", peaks[0], peaks[1]);
    assert!(Path::new(root).join("large").exists());
}
