//! Real operations of real clouds, and what must come of them.

use std::path::Path;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use buckets::adapter::Memory;
use buckets::adapter::volume::{Signer, SigningKey, Volume};
use buckets::cloud::{CloudBuilder, InsertOptions};
use buckets::operation::{Fetched, List};
use buckets::store::Store;
use buckets::telemetry::Dispatcher;
use buckets::{Cloud, ErrorKind, Key, Prefix, Secret, Upload};
use buckets_tower::axum::Links;
use buckets_tower::limit::{CircuitBreaker, Concurrency, LimitLayer};
use buckets_tower::retry::{Backoff, RetryPolicy};
use buckets_tower::{ResumeLayer, RetryLayer, Telemetry, TelemetryLayer};
use tower::ServiceExt;

use super::facts::{End, Fact, What};
use super::fate::{Fate, Fates};

/// How many downloads are open while Prometheus looks.
pub(super) const OPEN: usize = 3;

/// The cloud in which one operation happens per round.
pub(super) const CANARY: &str = "canary";

/// Larger than what is read ahead.
const OPEN_SIZE: usize = 100_000;

const NO_WAIT: Duration = Duration::ZERO;

/// The clouds, and what has been done with them.
pub(super) struct Script {
    uploads: Place,
    archive: Place,
    thumbnails: Place,
    mirror: Place,
    canary: Place,
    links: Router,
    facts: Vec<Fact>,
    /// Downloads that nobody goes on reading.
    open: Vec<Fetched>,
}

/// A cloud with what befalls its store.
struct Place {
    cloud: Cloud,
    name: &'static str,
    adapter: &'static str,
    fates: Fates,
}

impl Place {
    /// With what `wrap` puts around the store, under its telemetry.
    fn build<S>(name: &'static str, dispatcher: &Dispatcher, wrap: impl FnOnce(Fates) -> CloudBuilder<S>) -> Self
    where
        Telemetry<S>: Store,
    {
        let fates = Fates::default();
        let cloud = wrap(fates.clone()).layer(TelemetryLayer::new()).dispatcher(dispatcher.clone()).build().boxed();
        let adapter = if cloud.adapter() == "volume" { "volume" } else { "memory" };
        Self { cloud, name, adapter, fates }
    }
}

impl Script {
    /// Clouds that tell `dispatcher` what happens in them, with a volume in `folder`.
    pub(super) async fn new(dispatcher: &Dispatcher, folder: &Path) -> Self {
        let retries = RetryPolicy::new().max_attempts(3).backoff(Backoff::exponential(NO_WAIT, NO_WAIT));
        let secret = SigningKey::new(&Secret::new("at least thirty-two bytes of secret text")).expect("long enough");
        let signer = Signer::new("https://files.example", "archive", secret).expect("a good name");
        let volume = Volume::builder(folder).links(signer.clone()).open().await.expect("a folder of our own");
        let archive = Place::build("archive", dispatcher, |fates| Cloud::builder("archive", volume).layer(fates));
        let circuit = CircuitBreaker::new().window(4).minimum_calls(4).failure_ratio(1.0);
        Self {
            uploads: Place::build("uploads", dispatcher, |fates| {
                let cloud = Cloud::builder("uploads", Memory::new()).layer(fates);
                cloud.layer(RetryLayer::new(retries.clone())).layer(ResumeLayer::new(retries))
            }),
            thumbnails: Place::build("thumbnails", dispatcher, |fates| {
                let limit = Concurrency::new(1).max_waiting(1);
                Cloud::builder("thumbnails", Memory::new()).layer(fates).layer(LimitLayer::new(limit))
            }),
            mirror: Place::build("mirror", dispatcher, |fates| {
                Cloud::builder("mirror", Memory::new()).layer(fates).layer(LimitLayer::new(circuit))
            }),
            canary: Place::build(CANARY, dispatcher, |fates| Cloud::builder(CANARY, Memory::new()).layer(fates)),
            links: Links::new(archive.cloud.clone(), signer).into_router(),
            archive,
            facts: Vec::new(),
            open: Vec::new(),
        }
    }

    /// Stores something, and leaves some downloads of it open. Says what must come of that.
    pub(super) async fn open(&mut self) -> Vec<Fact> {
        let object = self.archive.cloud.insert(upload(OPEN_SIZE)).await.expect("stored");
        self.tell(
            |script| &script.archive,
            ("insert", "put"),
            End::Success,
            0.0,
            |fact| fact.moving("upload", OPEN_SIZE),
        );
        for _ in 0..OPEN {
            self.open.push(self.archive.cloud.reader(object.location()).await.expect("opened"));
        }
        std::mem::take(&mut self.facts)
    }

    /// Does it all once. Says what must come of that.
    pub(super) async fn round(&mut self) -> Vec<Fact> {
        self.canary.cloud.health().await.expect("it answers");
        self.tell(|script| &script.canary, ("health", "list"), End::Success, 0.0, |fact| fact);
        self.uploads().await;
        self.failures().await;
        self.downloads().await;
        self.lookups().await;
        self.limits().await;
        self.circuit().await;
        self.links().await;
        std::mem::take(&mut self.facts)
    }

    /// Uploads that succeed, some slowly, and two whose caller does not wait for the end.
    async fn uploads(&mut self) {
        let times = [(20, 20), (15, 300), (10, 2_000), (5, 7_000)];
        let times = times.iter().flat_map(|(count, millis)| std::iter::repeat_n(*millis, *count));
        for (millis, size) in times.zip([500, 5_000, 50_000, 500_000].into_iter().cycle()) {
            let time = Duration::from_millis(millis);
            self.uploads.fates.next([Fate::After(time)]);
            self.uploads.cloud.insert(upload(size)).await.expect("stored");
            self.tell(
                |script| &script.uploads,
                ("insert", "put"),
                End::Success,
                time.as_secs_f64(),
                |fact| fact.moving("upload", size),
            );
        }
        for _ in 0..2 {
            self.uploads.fates.next([Fate::After(Duration::from_secs(5))]);
            let upload = self.uploads.cloud.insert(upload(10));
            tokio::time::timeout(Duration::from_secs(1), upload).await.expect_err("it takes longer");
            self.tell(
                |script| &script.uploads,
                ("insert", "put"),
                End::Cancelled,
                1.0,
                |fact| fact.moving("upload", 0),
            );
        }
    }

    /// Calls that fail, of which some are tried again.
    async fn failures(&mut self) {
        let (short, wait) = (Duration::from_millis(50), Duration::from_secs(2));
        for _ in 0..14 {
            self.uploads.fates.next([Fate::Fails(short, ErrorKind::PermissionDenied, NO_WAIT)]);
            self.uploads.cloud.insert(upload(10)).await.expect_err("refused");
            self.tell(
                |script| &script.uploads,
                ("insert", "put"),
                End::Failure(ErrorKind::PermissionDenied),
                0.05,
                |fact| fact.moving("upload", 0),
            );
        }
        let unavailable = Fate::Fails(short, ErrorKind::Unavailable, wait);
        for _ in 0..3 {
            self.uploads.fates.next([unavailable, Fate::After(Duration::from_millis(200))]);
            self.uploads.cloud.insert(upload(1_000)).await.expect("at the second attempt");
            self.happened(What::Retry, &[("operation", "put"), ("adapter", "memory"), ("cloud", "uploads")], 2.0);
            self.tell(
                |script| &script.uploads,
                ("insert", "put"),
                End::Success,
                2.25,
                |fact| fact.moving("upload", 1_000),
            );
        }
        for _ in 0..2 {
            self.uploads.fates.next([unavailable; 3]);
            self.uploads.cloud.insert(upload(10)).await.expect_err("three attempts, and none does it");
            for what in [What::Retry, What::Retry, What::GivenUp] {
                let waited = if what == What::Retry { 2.0 } else { 0.0 };
                self.happened(what, &[("operation", "put"), ("adapter", "memory"), ("cloud", "uploads")], waited);
            }
            self.tell(
                |script| &script.uploads,
                ("insert", "put"),
                End::Failure(ErrorKind::Unavailable),
                4.15,
                |fact| fact.moving("upload", 0),
            );
        }
        for (kind, count) in [(ErrorKind::Throttled, 3), (ErrorKind::ChecksumMismatch, 1)] {
            for _ in 0..count {
                self.archive.fates.next([Fate::Fails(short, kind, NO_WAIT)]);
                self.archive.cloud.read(&key()).await.expect_err("as the script says");
                self.tell(
                    |script| &script.archive,
                    ("read", "get"),
                    End::Failure(kind),
                    0.05,
                    |fact| fact.moving("download", 0),
                );
            }
        }
    }

    /// Content that is read in one piece, as a stream, to its end or not, and with a break.
    async fn downloads(&mut self) {
        let (time, wait) = (Duration::from_millis(30), Duration::from_secs(1));
        self.put(|script| &script.uploads, 3_000).await;
        for _ in 0..25 {
            self.uploads.fates.next([Fate::After(time)]);
            self.uploads.cloud.read(&key()).await.expect("read");
            self.tell(
                |script| &script.uploads,
                ("read", "get"),
                End::Success,
                0.03,
                |fact| fact.moving("download", 3_000),
            );
        }
        for _ in 0..10 {
            self.uploads.fates.next([Fate::After(time)]);
            let fetched = self.uploads.cloud.reader(&key()).await.expect("opened");
            fetched.body.collect(10_000).await.expect("read");
            self.tell(
                |script| &script.uploads,
                ("reader", "get"),
                End::Success,
                0.03,
                |fact| fact.moving("download", 3_000).first_byte_after(0.03),
            );
        }
        for _ in 0..3 {
            self.uploads.fates.next([Fate::After(time)]);
            drop(self.uploads.cloud.reader(&key()).await.expect("opened"));
            self.tell(
                |script| &script.uploads,
                ("reader", "get"),
                End::Cancelled,
                0.03,
                |fact| fact.moving("download", 0),
            );
        }
        for _ in 0..2 {
            self.uploads.fates.next([Fate::BreaksOff(time, wait), Fate::After(time)]);
            let fetched = self.uploads.cloud.reader(&key()).await.expect("opened");
            fetched.body.collect(10_000).await.expect("the rest");
            self.happened(What::Resumption, &[("operation", "get"), ("adapter", "memory"), ("cloud", "uploads")], 1.0);
            self.tell(
                |script| &script.uploads,
                ("reader", "get"),
                End::Success,
                1.06,
                |fact| fact.moving("download", 3_000).first_byte_after(0.03),
            );
        }
    }

    /// What is looked up, listed, copied, signed and removed.
    async fn lookups(&mut self) {
        let absent = Key::new("absent").expect("valid");
        for _ in 0..6 {
            self.archive.cloud.head(&absent).await.expect_err("nothing there");
            self.tell(|script| &script.archive, ("head", "head"), End::Expected, 0.0, |fact| fact);
        }
        for _ in 0..5 {
            assert!(!self.archive.cloud.exists(&absent).await.expect("an answer"));
            self.tell_apart(
                |script| &script.archive,
                ("exists", End::Success),
                ("head", End::Expected),
                0.0,
                |fact| fact,
            );
        }
        for _ in 0..4 {
            self.uploads.cloud.list(List::new(Prefix::default())).await.expect("a page");
            self.tell(|script| &script.uploads, ("list", "list"), End::Success, 0.0, |fact| fact);
        }
        for _ in 0..3 {
            // A handler panics at each.
            self.uploads.cloud.copy(&key(), "copy.bin").await.expect("copied");
            self.happened(What::HandlerFailure, &[("handler", super::BROKEN)], 0.0);
            self.tell(|script| &script.uploads, ("copy", "copy"), End::Success, 0.0, |fact| fact.sized(3_000));
        }
        for _ in 0..7 {
            self.put(|script| &script.archive, 2_000).await;
            self.archive.cloud.delete(&key()).await.expect("removed");
            self.tell(|script| &script.archive, ("delete", "delete"), End::Success, 0.0, |fact| fact);
        }
    }

    /// Of three calls at once one runs, one waits and one is refused.
    async fn limits(&mut self) {
        let second = Fate::After(Duration::from_secs(1));
        for _ in 0..4 {
            self.thumbnails.fates.next([second, second]);
            let insert = || self.thumbnails.cloud.insert(upload(100));
            let (first, waiting, refused) = tokio::join!(insert(), insert(), insert());
            assert!(first.is_ok() && waiting.is_ok() && refused.is_err());
            let limited = [("limit", "concurrency"), ("adapter", "memory"), ("cloud", "thumbnails")];
            self.happened(What::Wait, &limited, 1.0);
            self.happened(What::Refusal, &limited, 0.0);
            for seconds in [1.0, 2.0] {
                self.tell(
                    |script| &script.thumbnails,
                    ("insert", "put"),
                    End::Success,
                    seconds,
                    |fact| fact.moving("upload", 100),
                );
            }
            self.tell(
                |script| &script.thumbnails,
                ("insert", "put"),
                End::Failure(ErrorKind::Overloaded),
                0.0,
                |fact| fact.moving("upload", 0),
            );
        }
    }

    /// A store fails until it is asked no more, and is asked again later.
    async fn circuit(&mut self) {
        let failure = Fate::Fails(Duration::from_millis(50), ErrorKind::Unavailable, NO_WAIT);
        self.mirror.fates.next([failure; 4]);
        for (kind, seconds, count) in [(ErrorKind::Unavailable, 0.05, 4), (ErrorKind::Overloaded, 0.0, 3)] {
            for _ in 0..count {
                assert_eq!(self.mirror.cloud.read(&key()).await.expect_err("down").kind(), kind);
                self.tell(
                    |script| &script.mirror,
                    ("read", "get"),
                    End::Failure(kind),
                    seconds,
                    |fact| fact.moving("download", 0),
                );
            }
        }
        self.happened(What::CircuitOpened, &[("adapter", "memory"), ("cloud", "mirror")], 0.0);
        for _ in 0..3 {
            let refused = [("limit", "circuit"), ("adapter", "memory"), ("cloud", "mirror")];
            self.happened(What::Refusal, &refused, 0.0);
        }
        tokio::time::sleep(Duration::from_secs(20)).await;
        self.mirror.cloud.head(&key()).await.expect_err("nothing there, but an answer");
        self.tell(|script| &script.mirror, ("head", "head"), End::Expected, 0.0, |fact| fact);
    }

    /// Links that are good, and such that were changed.
    async fn links(&mut self) {
        self.put(|script| &script.archive, 2_000).await;
        for _ in 0..8 {
            let link = self.archive.cloud.url(&key(), Duration::from_secs(600)).await.expect("signed");
            self.tell(|script| &script.archive, ("url", "url"), End::Success, 0.0, |fact| fact);
            let link = link.expose().strip_prefix("https://files.example").expect("the base").to_owned();
            assert_eq!(self.present(&link).await, StatusCode::OK);
            self.tell_link(End::Success);
            self.tell(
                |script| &script.archive,
                ("reader", "get"),
                End::Success,
                0.0,
                |fact| fact.moving("download", 2_000).first_byte_after(0.0),
            );
            assert_ne!(self.present(&link.replacen("archive/", "archive/other", 1)).await, StatusCode::OK);
            self.tell_link(End::Failure(ErrorKind::PermissionDenied));
        }
    }

    async fn present(&self, link: &str) -> StatusCode {
        let request = Request::get(link).body(Body::empty()).expect("a request");
        let response = self.links.clone().oneshot(request).await.expect("an answer");
        let status = response.status();
        axum::body::to_bytes(response.into_body(), 10_000).await.expect("the whole content");
        status
    }

    /// Stores an object under the one key that all use.
    async fn put(&mut self, place: fn(&Self) -> &Place, size: usize) {
        place(self).cloud.insert_with(upload(size), InsertOptions::new().at(key())).await.expect("stored");
        self.tell(place, ("insert", "put"), End::Success, 0.0, |fact| fact.moving("upload", size));
    }

    /// Takes note of an operation and of the adapter's in it, which ended alike.
    fn tell(
        &mut self,
        place: fn(&Self) -> &Place,
        (operation, adapter_operation): (&str, &str),
        end: End,
        seconds: f64,
        also: impl FnOnce(Fact) -> Fact,
    ) {
        self.tell_apart(place, (operation, end), (adapter_operation, end), seconds, also);
    }

    fn tell_apart(
        &mut self,
        place: fn(&Self) -> &Place,
        (operation, end): (&str, End),
        (adapter_operation, adapter_end): (&str, End),
        seconds: f64,
        also: impl FnOnce(Fact) -> Fact,
    ) {
        let Place { name, adapter, .. } = *place(self);
        let labels = |operation| [("operation", operation), ("adapter", adapter), ("cloud", name)];
        let below = Fact::new(What::AdapterOperation, &labels(adapter_operation)).ending(adapter_end).lasting(seconds);
        let operation = Fact::new(What::Operation, &labels(operation)).ending(end).lasting(seconds);
        self.facts.extend([below, also(operation)]);
    }

    /// A link that is presented asks nothing of the adapter.
    fn tell_link(&mut self, end: End) {
        let labels = [("operation", "link"), ("adapter", "volume"), ("cloud", "archive")];
        self.facts.push(Fact::new(What::Operation, &labels).ending(end));
    }

    fn happened(&mut self, what: What, labels: &[(&'static str, &str)], seconds: f64) {
        if matches!(what, What::Retry | What::Resumption) {
            self.facts.push(Fact::new(What::Pause, labels).lasting(seconds));
        }
        self.facts.push(Fact::new(what, labels).lasting(seconds));
    }
}

fn upload(size: usize) -> Upload {
    Upload::from_bytes("file.bin", vec![7; size])
}

fn key() -> Key {
    Key::new("kept.bin").expect("valid")
}
