//! Kills a process that works on a volume, with SIGKILL, and looks at what is left.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use buckets::Prefix;
use buckets::adapter::{Adapter, Volume};
use buckets::operation::List;
use buckets_tests::random::Random;
use buckets_tests::victim::{Deed, NEW, OLD, SOURCE, commit, open, version, versioned};
use tempfile::TempDir;

const SEEDS: [u64; 2] = [1, 2026];

#[tokio::test]
async fn killed_at_any_step_an_object_is_old_or_new() {
    let mut kills = 0;
    for seed in SEEDS {
        // Below and above what is written at once.
        let len = Random::new(seed).below(700_000) as usize;
        for deed in Deed::SINGLE {
            for sidecars in [false, true] {
                println!("seed {seed}: {deed:?} of {len} bytes, sidecars {sidecars}");
                let mut last = 0;
                while killed_before(deed, last, len, sidecars).await {
                    last += 1;
                    kills += 1;
                }
            }
        }
    }
    println!("{kills} kills");
    assert!(kills >= 200, "only {kills} kills");
}

/// Kills the victim before its step of this number; `false` if it has fewer.
async fn killed_before(deed: Deed, last: usize, len: usize, sidecars: bool) -> bool {
    let directory = TempDir::new().expect("a directory");
    let root = directory.path().to_str().expect("UTF-8");
    let volume = open(root, sidecars, |_| Ok(())).await;
    if matches!(deed, Deed::Put | Deed::Copy | Deed::Delete) {
        volume.put(versioned(deed.key(), OLD, len / 2)).await.expect("is stored");
    }
    volume.put(versioned(SOURCE, NEW, len)).await.expect("is stored");
    drop(volume);

    let (mut victim, lines) = victim(root, deed, last, len, sidecars);
    let mut steps: Vec<_> = lines.lines().map_while(Result::ok).take_while(|line| line != "waiting").collect();
    if steps.last().is_some_and(|line| line == "done") {
        victim.wait().expect("has ended");
        return false;
    }
    victim.kill().expect("is killed");
    assert!(!victim.wait().expect("has ended").success());
    // The last one was not made any more.
    let next = steps.pop().expect("a step");

    let volume = Volume::open(root).await.expect("opens");
    let left = version(&volume, deed.key()).await.expect("is read");
    let (before, after) = match deed {
        Deed::Put | Deed::Copy => (Some(OLD), Some(NEW)),
        Deed::Create | Deed::CopyNew => (None, Some(NEW)),
        _ => (Some(OLD), None),
    };
    let is_done = steps.iter().any(|step| step == "Rename" || step == "Unlink");
    assert_eq!(left, if is_done { after } else { before }, "{deed:?} killed before {next}");
    assert_eq!(version(&volume, SOURCE).await.expect("is read"), Some(NEW));

    let mut keys = vec![SOURCE.to_owned()];
    keys.extend(left.map(|_| deed.key().to_owned()));
    keys.sort();
    assert_eq!(listed(&volume).await, keys, "{deed:?} killed before {next}");
    volume.sweep(Duration::ZERO).await.expect("sweeps");
    let own = directory.path().join(".buckets");
    assert_eq!(count(&own.join("staging")), 0, "{deed:?} killed before {next}");
    assert_eq!(count(&own.join("meta")), if sidecars { keys.len() } else { 0 }, "{deed:?} killed before {next}");
    assert_eq!(version(&volume, deed.key()).await.expect("is read"), left);

    // The same once more goes through, whatever was left.
    if left != after {
        let volume = open(root, sidecars, |_| Ok(())).await;
        commit(&volume, deed, len).await.expect("the deed is done");
        assert_eq!(version(&volume, deed.key()).await.expect("is read"), after);
    }
    true
}

#[tokio::test]
async fn killed_at_any_moment_nothing_that_was_acknowledged_is_lost() {
    for seed in 0..20 {
        let mut random = Random::new(seed);
        let (wanted, len) = (random.below(12), random.below(600_000) as usize);
        println!("seed {seed}: killed after {wanted} puts of {len} bytes");
        let directory = TempDir::new().expect("a directory");
        let root = directory.path().to_str().expect("UTF-8");
        let volume = Volume::open(root).await.expect("opens");
        volume.put(versioned(Deed::Forever.key(), OLD, len)).await.expect("is stored");

        let (mut victim, lines) = victim(root, Deed::Forever, 0, len, seed % 2 == 1);
        let mut lines = lines.lines().map_while(Result::ok).map(|line| line.parse::<u64>().expect("a version"));
        let mut acknowledged = OLD;
        while acknowledged < OLD + wanted {
            acknowledged = lines.next().expect("the victim lives");
        }
        // Some more work of the victim, of no certain length.
        (0..random.below(300_000)).for_each(|_| std::hint::spin_loop());
        victim.kill().expect("is killed");
        victim.wait().expect("has ended");
        acknowledged = lines.last().unwrap_or(acknowledged);

        let left = version(&volume, Deed::Forever.key()).await.expect("is read").expect("is there");
        assert!([acknowledged, acknowledged + 1].contains(&left), "{left} is there, {acknowledged} was acknowledged");
        assert_eq!(listed(&volume).await, [Deed::Forever.key()]);
        volume.sweep(Duration::ZERO).await.expect("sweeps");
        assert_eq!(count(&directory.path().join(".buckets/staging")), 0);
    }
}

fn victim(root: &str, deed: Deed, last: usize, len: usize, sidecars: bool) -> (Child, BufReader<ChildStdout>) {
    let mut victim = Command::new(env!("CARGO_BIN_EXE_volume_victim"))
        .args([root, &format!("{deed:?}"), &last.to_string(), &len.to_string(), &sidecars.to_string()])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the victim starts");
    let lines = BufReader::new(victim.stdout.take().expect("is piped"));
    (victim, lines)
}

async fn listed(volume: &Volume) -> Vec<String> {
    let page = volume.list(List::new(Prefix::default())).await.expect("lists");
    page.objects.iter().map(|object| object.key.as_str().to_owned()).collect()
}

fn count(directory: &Path) -> usize {
    fs::read_dir(directory).expect("a directory").count()
}
