//! Two hundred tenants at once, each with credentials and a place of its own: nothing of one ever comes to another.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use buckets::config::Tenants;
use buckets::operation::List;
use buckets::telemetry::{Dispatcher, Stage};
use buckets::testing::Capture;
use buckets::{Cloud, CloudConfig, ErrorKind, InsertOptions, Key, Prefix};
use buckets_tests::components::seaweedfs::{BUCKET, SeaweedFs, Tenant};
use futures_util::{StreamExt, stream};

const TENANTS: usize = 200;
const ROUNDS: usize = 3;
/// Fewer clouds are kept than there are tenants, so that they come and go while others are at work.
const KEPT: usize = 40;
const AT_ONCE: usize = 60;

/// One tenant as the application knows it.
struct Place {
    config: CloudConfig,
    /// In front of all of its keys.
    base: String,
    /// An object of another tenant, and what it is answered when it asks for it.
    foreign: (Key, ErrorKind),
}

fn name(tenant: usize) -> String {
    format!("tenant-{tenant:03}")
}

fn key(base: &str, file: &str) -> Key {
    Key::new(format!("{base}/{file}")).expect("valid")
}

/// How often a tenant inserts, so that a count says whose it is.
fn inserts(tenant: usize) -> usize {
    1 + tenant % 7
}

/// All tenants at work, in turns, on clouds that are opened when they are asked for.
async fn check(places: Vec<Place>) {
    let dispatcher = Dispatcher::new();
    let capture = Capture::on(&dispatcher);
    let tenants = Arc::new(Tenants::with(KEPT, move |builder| builder.dispatcher(dispatcher.clone()).build()));
    let places = Arc::new(places);
    for round in 0..ROUNDS {
        let work = (0..TENANTS).map(|tenant| {
            let (tenants, places) = (Arc::clone(&tenants), Arc::clone(&places));
            // Tasks of their own, and so on all threads of the runtime.
            tokio::spawn(async move {
                let cloud = tenants.cloud(&places[tenant].config).await.expect("opened");
                take_turn(&cloud, &places[tenant], tenant, round).await;
            })
        });
        stream::iter(work).buffer_unordered(AT_ONCE).for_each(async |done| done.expect("no tenant panics")).await;
        assert!(tenants.len() <= KEPT);
    }
    capture.assert_conserved();
    let mut told = BTreeMap::<_, usize>::new();
    for event in capture.named("buckets.cloud.insert") {
        if event.stage == Stage::Stop {
            *told.entry(event.cloud).or_default() += 1;
        }
    }
    let done = (0..TENANTS).map(|tenant| (name(tenant), inserts(tenant) * ROUNDS));
    assert_eq!(told, done.collect(), "each event is told of the cloud that it is of");
    assert!(!format!("{:?}", capture.events()).contains("secret"), "an event tells a secret");
}

async fn take_turn(cloud: &Cloud, place: &Place, tenant: usize, round: usize) {
    assert_eq!(cloud.name(), name(tenant));
    for file in 0..inserts(tenant) {
        let content = format!("{tenant}/{round}/{file}");
        let key = key(&place.base, &format!("{file}.txt"));
        let object = cloud.insert_with(("x.txt", content.clone()), InsertOptions::new().at(key)).await;
        let object = object.unwrap_or_else(|error| panic!("tenant {tenant}: {error:?}"));
        assert_eq!(cloud.read(object.location()).await.expect("is there"), content);
    }
    let page = cloud.list(List::new(Prefix::new(format!("{}/", place.base)).expect("valid"))).await.expect("listed");
    let keys: Vec<_> = page.objects.iter().map(|object| object.key.as_str().to_owned()).collect();
    let own: Vec<_> = (0..inserts(tenant)).map(|file| format!("{}/{file}.txt", place.base)).collect();
    assert_eq!(keys, own, "tenant {tenant} lists what is not its own");

    let (foreign, kind) = &place.foreign;
    assert_eq!(cloud.read(foreign).await.expect_err("another's").kind(), *kind, "tenant {tenant}");
    if *kind == ErrorKind::PermissionDenied {
        let written = cloud.insert_with(("x.txt", "theirs"), InsertOptions::new().at(foreign.clone())).await;
        assert_eq!(written.expect_err("another's").kind(), *kind, "tenant {tenant}");
        assert_eq!(cloud.delete(foreign).await.expect_err("another's").kind(), *kind, "tenant {tenant}");
    }
}

fn identity(tenant: usize) -> Tenant {
    let name = name(tenant);
    Tenant { access_key: format!("key-of-{name}"), secret_key: format!("secret-of-{name}"), prefix: name }
}

fn on_s3(endpoint: &str, tenant: &Tenant, secret_key: &str) -> CloudConfig {
    let pairs = [
        ("adapter", "s3"),
        ("provider", "compatible"),
        ("bucket", BUCKET),
        ("endpoint", endpoint),
        ("base_prefix", &tenant.prefix),
        ("access_key_id", &tenant.access_key),
        ("secret_access_key", secret_key),
    ];
    CloudConfig::from_pairs(&tenant.prefix, pairs).expect("valid")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tenants_never_cross_on_s3() {
    let identities: Vec<_> = (0..TENANTS).map(identity).collect();
    // The server holds each to its place, so that a request with another's credentials fails.
    let server = SeaweedFs::start_for(&identities).await;
    let place = |tenant: usize| {
        let own = &identities[tenant];
        let foreign = key(&name((tenant + 1) % TENANTS), "0.txt");
        Place {
            config: on_s3(&server.endpoint(), own, &own.secret_key),
            base: own.prefix.clone(),
            foreign: (foreign, ErrorKind::PermissionDenied),
        }
    };
    check((0..TENANTS).map(place).collect()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tenants_never_cross_on_volumes() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = |tenant: usize| {
        let root = folder.path().join(name(tenant));
        std::fs::create_dir(&root).expect("a folder in a new folder");
        let root = root.to_str().expect("a path of text");
        let pairs = [("adapter", "volume"), ("root", root), ("fsync", "false")];
        Place {
            config: CloudConfig::from_pairs(name(tenant), pairs).expect("valid"),
            // The same keys for all: only the content, and how many there are, says whose it is.
            base: "same".to_owned(),
            foreign: (key("same", &format!("{}.txt", inserts(tenant))), ErrorKind::NotFound),
        }
    };
    check((0..TENANTS).map(place).collect()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tenant_that_is_refused_harms_no_other_and_comes_back_with_new_credentials() {
    let identities = [identity(0), identity(1)];
    let server = SeaweedFs::start_for(&identities).await;
    let tenants = Tenants::new(2);
    let [good, other] = identities.each_ref().map(|own| on_s3(&server.endpoint(), own, &own.secret_key));
    let revoked = on_s3(&server.endpoint(), &identities[0], "secret-of-last-year");
    let (revoked, other) =
        (tenants.cloud(&revoked).await.expect("opened"), tenants.cloud(&other).await.expect("opened"));
    let (refused, kept) = tokio::join!(revoked.insert(("x", "hers")), other.insert(("x", "his")));
    assert!(matches!(refused.expect_err("refused").kind(), ErrorKind::PermissionDenied | ErrorKind::Unauthenticated));
    let kept = kept.expect("inserted");

    let cloud = tenants.cloud(&good).await.expect("opened");
    let object = cloud.insert(("x", "hers")).await.expect("the new credentials are used");
    // Same key, same bucket, but the credentials that were refused still are.
    assert!(revoked.read(object.key()).await.is_err());
    assert_eq!(other.read(kept.key()).await.expect("is there"), "his");

    // A link is of the tenant whose cloud made it, and leads to nothing of another's.
    let link = cloud.url(object.key(), Duration::from_secs(60)).await.expect("signed");
    let http = reqwest::Client::new();
    let read = async |url: &str| http.get(url).send().await.expect("answered");
    assert_eq!(read(link.expose()).await.text().await.expect("text"), "hers");
    assert!(link.expose().contains(&identities[0].access_key) && !link.expose().contains(&identities[1].access_key));
    let crossed = link.expose().replace(object.key().as_str(), kept.key().as_str());
    assert_eq!(read(&crossed).await.status(), 403);
    let theirs = cloud.url(kept.key(), Duration::from_secs(60)).await.expect("signed");
    assert_eq!(read(theirs.expose()).await.status(), 403, "signed, but by one who may not");
}
