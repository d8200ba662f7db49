//! Many at once: threads, processes, and callers that go away.

use std::future::Future;
use std::path::Path;
use std::pin::pin;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc;
use std::task::Poll;
use std::time::{Duration, Instant};

use buckets::adapter::volume::Step;
use buckets::adapter::{Adapter, Memory, Volume};
use buckets::body::PutBody;
use buckets::operation::{Copy, Delete, Get, List, Put};
use buckets::{Condition, ErrorKind, Key, Prefix, Result};
use buckets_tests::payload;
use buckets_tests::random::Random;
use buckets_tests::victim::{COUNT, Deed, NEW, OLD, SOURCE, commit, open, version, versioned};
use bytes::Bytes;
use tempfile::TempDir;

fn key(key: &str) -> Key {
    Key::new(key).expect("a valid key")
}

fn root(directory: &TempDir) -> &str {
    directory.path().to_str().expect("UTF-8")
}

async fn stores() -> (TempDir, Vec<Arc<Volume>>) {
    let directory = TempDir::new().expect("a directory");
    let mut volumes = Vec::new();
    for sidecars in [false, true] {
        let root = directory.path().join(sidecars.to_string());
        let builder = Volume::builder(root).fsync(false);
        let builder = if sidecars { builder.without_xattrs() } else { builder };
        volumes.push(Arc::new(builder.open().await.expect("opens")));
    }
    (directory, volumes)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn readers_never_see_a_torn_object_on_a_volume() {
    let (_directory, volumes) = stores().await;
    for volume in volumes {
        soak(volume).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn readers_never_see_a_torn_object_in_memory() {
    soak(Arc::new(Memory::new())).await;
}

/// Four writers and four readers of one key; each read checks that all of it belongs together.
async fn soak(store: Arc<impl Adapter>) {
    const WRITES: u64 = 60;
    store.put(versioned("a/b", 0, 100)).await.expect("is stored");
    let writing = Arc::new(AtomicU64::new(4));
    let mut tasks = Vec::new();
    for writer in 1..=4 {
        let (store, writing) = (Arc::clone(&store), Arc::clone(&writing));
        tasks.push(tokio::spawn(async move {
            let mut random = Random::new(writer);
            for number in 0..WRITES {
                // Read at once, in chunks, and written in several hops.
                let len = [100, 70_000, 300_000][random.below(3) as usize] + random.below(50) as usize;
                let put = versioned("a/b", writer * WRITES + number, len);
                store.put(put).await.expect("is stored");
                tokio::task::yield_now().await;
            }
            writing.fetch_sub(1, Ordering::Relaxed);
            WRITES
        }));
    }
    for _ in 0..4 {
        let (store, writing) = (Arc::clone(&store), Arc::clone(&writing));
        tasks.push(tokio::spawn(async move {
            let mut reads = 0;
            loop {
                version(&*store, "a/b").await.expect("is read").expect("is always there");
                reads += 1;
                if writing.load(Ordering::Relaxed) == 0 {
                    return reads;
                }
                tokio::task::yield_now().await;
            }
        }));
    }
    for task in tasks {
        assert!(task.await.expect("no panic") > 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_that_create_one_wins() {
    let (_directory, volumes) = stores().await;
    for volume in volumes {
        for round in 0..20 {
            let name = format!("new/{round}/object");
            let tasks: Vec<_> = (0..16)
                .map(|writer| {
                    let (volume, put) = (Arc::clone(&volume), versioned(&name, writer, 1000));
                    tokio::spawn(async move { volume.put(put.with_condition(Condition::if_absent())).await })
                })
                .collect();
            let mut winners = Vec::new();
            for (writer, task) in (0..).zip(tasks) {
                match task.await.expect("no panic") {
                    Ok(_) => winners.push(writer),
                    Err(error) => assert_eq!(error.kind(), ErrorKind::AlreadyExists),
                }
            }
            let [winner] = winners[..] else { panic!("{winners:?} won") };
            assert_eq!(version(&*volume, &name).await.expect("is read"), Some(winner));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn deletes_that_take_directories_away_disturb_no_put() {
    let (directory, volumes) = stores().await;
    for volume in volumes {
        let tasks: Vec<_> = (0..8)
            .map(|worker| {
                let volume = Arc::clone(&volume);
                tokio::spawn(async move {
                    let name = format!("a/b/c/{worker}");
                    for number in 0..50 {
                        volume.put(versioned(&name, number, 20)).await.expect("is stored");
                        assert_eq!(version(&*volume, &name).await.expect("is read"), Some(number));
                        let deleted = volume.delete(Delete::new(key(&name))).await.expect("works");
                        assert_eq!(deleted.existed, Some(true));
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.expect("no panic");
        }
    }
    for volume in ["false", "true"] {
        assert_eq!(count(&directory.path().join(volume)), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_list_during_writes_misses_nothing_that_stays() {
    let (_directory, volumes) = stores().await;
    let volume = &volumes[0];
    let staying: Vec<_> = (0..50).map(|number| format!("{}/{number}", number % 7)).collect();
    for name in &staying {
        volume.put(versioned(name, 1, 20)).await.expect("is stored");
    }
    let stop = Arc::new(AtomicBool::new(false));
    let (writer, stopped) = (Arc::clone(volume), Arc::clone(&stop));
    let writing = tokio::spawn(async move {
        let mut random = Random::new(7);
        while !stopped.load(Ordering::Relaxed) {
            let name = format!("{}/coming", random.below(20));
            writer.put(versioned(&name, 1, 20)).await.expect("is stored");
            let going = format!("{}/coming", random.below(20));
            writer.delete(Delete::new(key(&going))).await.expect("works");
        }
    });
    for _ in 0..50 {
        let (mut seen, mut cursor) = (Vec::new(), None);
        loop {
            let mut list = List::new(Prefix::default()).with_limit(10).expect("valid");
            list.cursor = cursor;
            let page = volume.list(list).await.expect("lists");
            seen.extend(page.objects.into_iter().map(|object| object.key.as_str().to_owned()));
            match page.next {
                Some(next) => cursor = Some(next),
                None => break,
            }
        }
        assert!(seen.is_sorted());
        assert!(seen.iter().all(|name| name.ends_with("/coming") || staying.contains(name)), "{seen:?}");
        assert!(staying.iter().all(|name| seen.contains(name)), "{seen:?}");
    }
    stop.store(true, Ordering::Relaxed);
    writing.await.expect("no panic");
}

#[tokio::test]
async fn conditions_hold_between_processes() {
    let directory = TempDir::new().expect("a directory");
    let volume = Volume::open(directory.path()).await.expect("opens");
    volume.put(Put::new(key(Deed::Count.key()), vec![0; 8])).await.expect("is stored");
    let count = || {
        Command::new(env!("CARGO_BIN_EXE_volume_victim"))
            .args([root(&directory), "Count", "0", "0", "false"])
            .spawn()
            .expect("the process starts")
    };
    let mut processes = [count(), count(), count()];
    for process in &mut processes {
        assert!(process.wait().expect("has ended").success());
    }
    let counted = volume.get(Get::new(key(Deed::Count.key()))).await.expect("is there").body.collect(8).await;
    assert_eq!(counted.expect("is read"), (3 * COUNT).to_le_bytes().as_slice());
}

/// Polls so many times, then drops; [`None`] if that was before the end.
async fn poll_times<T>(future: impl Future<Output = T>, times: usize) -> Option<T> {
    let (mut future, mut polls) = (pin!(future), 0);
    std::future::poll_fn(|context| {
        if polls == times {
            return Poll::Ready(None);
        }
        polls += 1;
        let polled = future.as_mut().poll(context);
        if polls == times && polled.is_pending() { Poll::Ready(None) } else { polled.map(Some) }
    })
    .await
}

#[tokio::test]
async fn an_operation_dropped_at_any_poll_is_done_or_not_and_leaves_nothing() {
    for deed in [Deed::Put, Deed::Create, Deed::Copy, Deed::Delete] {
        for sidecars in [false, true] {
            for times in 0..64 {
                let directory = TempDir::new_in("/dev/shm").expect("a directory in memory");
                let volume = open(root(&directory), sidecars, |_| Ok(())).await;
                volume.put(versioned(Deed::Put.key(), OLD, 1000)).await.expect("is stored");
                volume.put(versioned(SOURCE, NEW, 700_000)).await.expect("is stored");
                let before = version(&volume, deed.key()).await.expect("is read");
                let end = poll_times(chunked(&volume, deed), times).await;
                settled(&directory.path().join(".buckets/staging")).await;
                let after = version(&volume, deed.key()).await.expect("is read");
                let done = if deed == Deed::Delete { None } else { Some(NEW) };
                match end {
                    Some(end) => {
                        end.expect("works");
                        assert_eq!(after, done, "{deed:?}");
                        break;
                    }
                    None => assert!(after == before || after == done, "{deed:?} after {times} polls: {after:?}"),
                }
            }
        }
    }
}

/// The deed, its content in chunks that each come later.
async fn chunked(volume: &Volume, deed: Deed) -> Result<()> {
    if !matches!(deed, Deed::Put | Deed::Create) {
        return commit(volume, deed, 700_000).await;
    }
    let chunks: Vec<_> = payload::of(NEW, 700_000).chunks(100_000).map(Bytes::copy_from_slice).collect();
    let later = futures_util::stream::unfold(chunks.into_iter(), |mut chunks| async move {
        tokio::task::yield_now().await;
        chunks.next().map(|chunk| (Ok::<_, buckets::Error>(chunk), chunks))
    });
    let mut put = versioned(deed.key(), NEW, 0);
    put.body = PutBody::from_stream(later);
    volume.put(put).await.map(drop)
}

#[tokio::test]
async fn work_whose_caller_is_gone_takes_no_effect() {
    for deed in [Deed::Put, Deed::Create, Deed::Copy, Deed::Delete] {
        let directory = TempDir::new().expect("a directory");
        let setup = open(root(&directory), false, |_| Ok(())).await;
        setup.put(versioned(Deed::Put.key(), OLD, 1000)).await.expect("is stored");
        setup.put(versioned(SOURCE, NEW, 1000)).await.expect("is stored");
        let before = version(&setup, deed.key()).await.expect("is read");

        let (reached, reaching) = mpsc::channel();
        let (release, released) = mpsc::channel::<()>();
        let released = std::sync::Mutex::new(released);
        let hook = move |step| {
            if step == Step::Lock {
                reached.send(()).expect("the test listens");
                released.lock().expect("no panic").recv().expect("the test releases");
            }
            Ok(())
        };
        let volume = open(root(&directory), false, hook).await;
        let working = tokio::spawn(async move { commit(&volume, deed, 1000).await });
        let waiting = tokio::task::spawn_blocking(move || {
            reaching.recv().expect("reaches the lock");
            reaching
        });
        let reaching = waiting.await.expect("no panic");
        working.abort();
        assert!(working.await.expect_err("is dropped").is_cancelled());
        release.send(()).expect("the work waits");
        // The hook goes with the last of the work.
        tokio::task::spawn_blocking(move || reaching.recv().expect_err("reaches no lock again"))
            .await
            .expect("no panic");

        settled(&directory.path().join(".buckets/staging")).await;
        assert_eq!(version(&setup, deed.key()).await.expect("is read"), before, "{deed:?}");
    }
}

#[tokio::test]
async fn a_copy_of_an_object_that_is_replaced_is_of_one_version() {
    let (_directory, volumes) = stores().await;
    for volume in volumes {
        volume.put(versioned("from", 0, 400_000)).await.expect("is stored");
        let writer = Arc::clone(&volume);
        let writing = tokio::spawn(async move {
            for number in 1..30 {
                writer.put(versioned("from", number, 400_000)).await.expect("is stored");
            }
        });
        while !writing.is_finished() {
            volume.copy(Copy::new(key("from"), key("to"))).await.expect("is copied");
            version(&*volume, "to").await.expect("is read").expect("is there");
        }
        writing.await.expect("no panic");
    }
}

/// Waits for staged files to go, which another thread removes.
async fn settled(staging: &Path) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while count(staging) > 0 {
        assert!(Instant::now() < deadline, "something is left in staging");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

fn count(directory: &Path) -> usize {
    std::fs::read_dir(directory).expect("a directory").count()
}
