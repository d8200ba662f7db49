//! Real operations of real clouds, and what must come of them.

mod costs;
mod downloads;
mod elsewhere;
mod limits;
mod links;
mod lookups;
mod place;
mod uploads;

use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use axum::Router;
use buckets::adapter::Memory;
use buckets::adapter::volume::{Signer, SigningKey, Volume};
use buckets::cloud::InsertOptions;
use buckets::cost::{Ledger, Tariff};
use buckets::handlers::statsd::StatsD;
use buckets::operation::Fetched;
use buckets::telemetry::{Clock, Dispatcher};
use buckets::{Cloud, Key, Secret, Upload};
use buckets_tower::axum::Links;
use buckets_tower::limit::{CircuitBreaker, Concurrency, LimitLayer, Rate};
use buckets_tower::retry::{Backoff, RetryPolicy};
use buckets_tower::{CostLayer, ResumeLayer, RetryLayer};

pub(super) use self::costs::SHEET;
use self::place::Place;
use super::clock::Stopped;
use super::facts::{End, Fact, What};

/// How many downloads each round leaves open.
pub(super) const OPEN: usize = 3;

/// The cloud in which one operation happens per round.
pub(super) const CANARY: &str = "canary";

const NO_WAIT: Duration = Duration::ZERO;

/// The clouds, and what has been done with them.
pub(super) struct Script {
    uploads: Place,
    archive: Place,
    thumbnails: Place,
    mirror: Place,
    exports: Place,
    warehouse: Place,
    canary: Place,
    links: Router,
    /// A handler whose server is away.
    statsd: StatsD,
    clock: Stopped,
    facts: Vec<Fact>,
    /// How many attempts the operation that comes to its end has taken besides the first one.
    retried: f64,
    /// Downloads that nobody goes on reading.
    open: Vec<Fetched>,
}

impl Script {
    /// Clouds that tell `dispatcher`, which has this clock, what happens in them, with a volume in `folder`.
    pub(super) async fn new(dispatcher: &Dispatcher, clock: Stopped, folder: &Path) -> Self {
        let retries = RetryPolicy::new().max_attempts(3).backoff(Backoff::exponential(NO_WAIT, NO_WAIT));
        let secret = SigningKey::new(&Secret::new("at least thirty-two bytes of secret text")).expect("long enough");
        let signer = Signer::new("https://files.example", "archive", secret).expect("a good name");
        let volume =
            Volume::builder(folder.join("volume")).links(signer.clone()).open().await.expect("a folder of our own");
        let archive = Place::build("archive", dispatcher, |fates| Cloud::builder("archive", volume).layer(fates));
        let circuit = CircuitBreaker::new().window(4).minimum_calls(4).failure_ratio(1.0);
        let statsd = StatsD::builder().select([costs::DROPPED]).unix(folder.join("nobody.socket")).expect("settings");
        statsd.attach(dispatcher).expect("attached");
        Self {
            uploads: Place::build("uploads", dispatcher, |fates| {
                let cloud = Cloud::builder("uploads", Memory::new()).layer(fates);
                cloud.layer(RetryLayer::new(retries.clone())).layer(ResumeLayer::new(retries.clone()))
            })
            .counting_attempts(),
            thumbnails: Place::build("thumbnails", dispatcher, |fates| {
                let limit = Concurrency::new(1).max_waiting(1);
                Cloud::builder("thumbnails", Memory::new()).layer(fates).layer(LimitLayer::new(limit))
            }),
            mirror: Place::build("mirror", dispatcher, |fates| {
                Cloud::builder("mirror", Memory::new()).layer(fates).layer(LimitLayer::new(circuit))
            }),
            exports: Place::build("exports", dispatcher, |fates| {
                let limit = Rate::new(2, Duration::from_secs(2));
                Cloud::builder("exports", Memory::new()).layer(fates).layer(LimitLayer::new(limit))
            }),
            warehouse: Place::build("warehouse", dispatcher, |fates| {
                let costs = CostLayer::new(&Ledger::new(), &Tariff::new(SHEET)).budget(costs::budget());
                let cloud = Cloud::builder("warehouse", Memory::new()).layer(fates);
                cloud.layer(costs).layer(RetryLayer::new(retries))
            })
            .counting_attempts(),
            canary: Place::build(CANARY, dispatcher, |fates| Cloud::builder(CANARY, Memory::new()).layer(fates)),
            links: Links::new(archive.cloud.clone(), signer).into_router(),
            archive,
            statsd,
            clock,
            facts: Vec::new(),
            retried: 0.0,
            open: Vec::new(),
        }
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
        self.rate().await;
        self.links().await;
        self.open_downloads().await;
        self.costs().await;
        self.tokens();
        self.orphans();
        self.drops();
        std::mem::take(&mut self.facts)
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
        let Place { name, adapter, counts_attempts, .. } = *place(self);
        let labels = |operation| [("operation", operation), ("adapter", adapter), ("cloud", name)];
        let below = Fact::new(What::AdapterOperation, &labels(adapter_operation)).ending(adapter_end).lasting(seconds);
        let operation = Fact::new(What::Operation, &labels(operation)).ending(end).lasting(seconds);
        let below = match std::mem::take(&mut self.retried) {
            // The answer says how many there were.
            retried if counts_attempts && adapter_end != End::Cancelled => below.with("attempts", retried + 1.0),
            _ => below,
        };
        self.facts.extend([below, also(operation.with("at", self.now()))]);
    }

    fn happened(&mut self, what: What, labels: &[(&'static str, &str)], seconds: f64) {
        if what == What::Retry {
            self.retried += 1.0;
        }
        if matches!(what, What::Retry | What::Resumption) {
            self.facts.push(Fact::new(What::Pause, labels).lasting(seconds));
        }
        self.facts.push(Fact::new(what, labels).lasting(seconds));
    }

    /// The moment that the program takes it to be, in seconds since 1970.
    fn now(&self) -> f64 {
        self.clock.system_time().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
    }
}

fn upload(size: usize) -> Upload {
    Upload::from_bytes("file.bin", vec![7; size])
}

fn key() -> Key {
    Key::new("kept.bin").expect("valid")
}
