//! Clouds from configuration, and tenants that bring their own.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use buckets::config::Tenants;
use buckets::{Cloud, CloudConfig, ErrorKind};

fn memory(base: &str) -> CloudConfig {
    CloudConfig::from_pairs("tenant", [("adapter", "memory"), ("base_prefix", base)]).expect("valid")
}

fn volume(root: &std::path::Path, more: &[(&str, &str)]) -> CloudConfig {
    let root = root.to_str().expect("a path of text");
    let pairs = [("adapter", "volume"), ("root", root)];
    CloudConfig::from_pairs("tenant", pairs.into_iter().chain(more.iter().copied())).expect("valid")
}

#[tokio::test]
async fn a_configured_volume_keeps_files_and_signs_links() {
    let folder = tempfile::tempdir().expect("a folder");
    let secret = "a secret that is long enough for a link";
    let config = volume(folder.path(), &[("base_url", "https://files.example"), ("secret", secret)]);
    let cloud = Cloud::from_config(&config).await.expect("opened");
    assert_eq!((cloud.name(), cloud.adapter()), ("tenant", "volume"));
    let object = cloud.insert(("x.txt", "kept")).await.expect("inserted");
    let link = cloud.url(&object, std::time::Duration::from_secs(60)).await.expect("signed");
    assert!(link.expose().starts_with("https://files.example/__buckets__/tenant/"));
    let again = Cloud::from_config(&config).await.expect("opened");
    assert_eq!(again.read(object.location()).await.expect("read"), "kept");
}

#[tokio::test]
async fn a_volume_that_cannot_be_opened_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    std::fs::write(&file, "x").expect("written");
    let error = Cloud::from_config(&volume(&file, &[])).await.expect_err("no directory");
    assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
    let short = [("base_url", "https://files.example"), ("secret", "short")];
    let error = Cloud::from_config(&volume(folder.path(), &short)).await.expect_err("too short");
    assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
    assert!(!error.to_string().contains("short\"") && !format!("{error:?}").contains("`short`"));
}

#[tokio::test]
async fn the_environment_is_read_whole_or_refused_whole() {
    // A child process has an environment of its own; this one's is shared by all tests.
    let child = |variables: &[(&str, &str)]| {
        let mut command = std::process::Command::new(std::env::current_exe().expect("this test"));
        command.args(["--exact", "environment_of_a_child", "--nocapture"]).env("CONFIG_TEST_CHILD", "1");
        command.envs(variables.iter().copied()).output().expect("run")
    };
    let good = child(&[("CONFIG_TEST_X_ADAPTER", "memory"), ("CONFIG_TEST_X_CAPACITY", "10")]);
    assert!(String::from_utf8_lossy(&good.stdout).contains("seen: ok"), "{good:?}");
    let bad = child(&[("CONFIG_TEST_X_ADAPTR", "memory"), ("CONFIG_TEST_X_READ_LIMIT", "lots")]);
    let text = String::from_utf8_lossy(&bad.stdout).into_owned();
    for setting in ["`adapter`", "`adaptr`", "`read_limit`"] {
        assert!(text.contains(setting), "{text}");
    }
}

#[test]
fn environment_of_a_child() {
    if std::env::var_os("CONFIG_TEST_CHILD").is_some() {
        match CloudConfig::from_env("x", "CONFIG_TEST_X") {
            Ok(_) => println!("seen: ok"),
            Err(error) => println!("seen: {error}"),
        }
    }
}

#[tokio::test]
async fn a_tenant_is_opened_once_and_never_shared_with_another() {
    let opened = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&opened);
    let tenants = Arc::new(Tenants::with(2, move |builder| {
        counter.fetch_add(1, Ordering::Relaxed);
        builder.build()
    }));
    let (anna, ben, carl) = (memory("anna"), memory("ben"), memory("carl"));
    let tasks = (0..16).map(|_| {
        let (tenants, anna) = (Arc::clone(&tenants), anna.clone());
        tokio::spawn(async move { tenants.cloud(&anna).await.expect("opened") })
    });
    let clouds = futures_util::future::join_all(tasks.collect::<Vec<_>>()).await;
    assert_eq!(opened.load(Ordering::Relaxed), 1, "one opening, however many asked");
    let hers = clouds[0].as_ref().expect("no panic").insert(("x", "hers")).await.expect("inserted");
    let bens = tenants.cloud(&ben).await.expect("opened");
    assert!(!bens.exists(hers.key()).await.expect("asked"), "another configuration, another store");
    tenants.cloud(&anna).await.expect("still here");
    tenants.cloud(&carl).await.expect("opened");
    assert_eq!(tenants.len(), 2);
    let annas = tenants.cloud(&anna).await.expect("used last, so kept");
    assert_eq!(annas.read(hers.location()).await.expect("read"), "hers");
    assert_eq!(opened.load(Ordering::Relaxed), 3);
}

#[tokio::test]
async fn a_tenant_that_cannot_be_opened_is_tried_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("root");
    std::fs::write(&root, "in the way").expect("written");
    let tenants = Tenants::new(4);
    tenants.cloud(&volume(&root, &[])).await.expect_err("a file is in the way");
    assert!(tenants.is_empty());
    std::fs::remove_file(&root).expect("removed");
    tenants.cloud(&volume(&root, &[])).await.expect("opened now");
}

#[tokio::test]
async fn a_closed_tenant_is_opened_anew_and_harms_nobody_who_has_it() {
    let tenants = Tenants::new(4);
    let (anna, ben) = (memory("anna"), memory("ben"));
    let held = tenants.cloud(&anna).await.expect("opened");
    tenants.cloud(&ben).await.expect("opened");
    let object = held.insert(("x", "hers")).await.expect("inserted");

    assert!(tenants.close(&anna) && !tenants.close(&anna));
    assert_eq!(tenants.len(), 1, "the other is still here");
    assert_eq!(held.read(&object).await.expect("read"), "hers");
    let anew = tenants.cloud(&anna).await.expect("opened");
    assert!(!anew.exists(object.key()).await.expect("asked"), "another memory");
}

#[tokio::test]
async fn a_configured_public_base_is_checked_and_used() {
    let with = |url| CloudConfig::from_pairs("photos", [("adapter", "memory"), ("public_base_url", url)]);
    let cloud = Cloud::from_config(&with("https://cdn.example/photos/").expect("valid")).await.expect("opened");
    assert_eq!(cloud.public_url("a b.jpg").expect("has a base URL"), "https://cdn.example/photos/a%20b.jpg");
    let error = with("https://cdn.example?token=hunter2").expect_err("a query");
    assert_eq!(error.problems()[0].setting, "public_base_url");
    assert!(!error.to_string().contains("hunter2"), "{error}");
    let elsewhere = buckets::Location::new("other", buckets::Key::new("a").expect("valid"));
    assert_eq!(cloud.public_url(elsewhere).expect_err("another cloud's").kind(), ErrorKind::InvalidInput);
}
