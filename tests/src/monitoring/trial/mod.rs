//! A program with known numbers of everything, a real Prometheus that scrapes it, and every query asked there.
//!
//! The script is played twice: once before the first scrape, so that all series are there, and once after it.
//! What happens in the second round is then an increase of every series, of as much as there was before. That
//! makes numbers comparable without knowing how Prometheus extrapolates: each rate is the script's number times
//! that of a cloud in which there is one operation per round. Counters, shares and percentiles are compared as
//! they are.
//!
//! The clock of the script is tokio's, stopped: it moves on when all wait, so durations are exact.

mod expectations;
mod facts;
mod fate;
mod judge;
mod script;

use std::net::SocketAddr;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, SystemTime};

use axum::Router;
use buckets::handlers::prometheus::Prometheus as Metrics;
use buckets::telemetry::{Clock, Dispatcher, Event, Timestamp};
use tokio::net::TcpListener;
use tokio::time::Instant;

use self::facts::Fact;
use self::judge::Judge;
use self::script::Script;
use super::{dashboard, folder, query, rules, schema::Schema};
use crate::components::prometheus::{Api, Prometheus};

/// The handler that panics.
const BROKEN: &str = "broken";

/// How often our own Prometheus scrapes.
const INTERVAL: Duration = Duration::from_secs(1);

/// Where to do it.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// A Prometheus that runs already and scrapes [`listen`](Self::listen); one is started if there is none.
    pub prometheus: Option<String>,
    /// Where the program serves its metrics; a free port of loopback unless given.
    pub listen: Option<SocketAddr>,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// How many queries were asked.
    pub queries: usize,
    /// Which of them gave nothing, each with the reason why that is right.
    pub empty: Vec<String>,
    /// What was not as it should be, one sentence each.
    pub mismatches: Vec<String>,
}

/// Plays the script and asks every query.
///
/// # Panics
///
/// When a part of it cannot be started.
pub async fn run(options: &Options) -> Outcome {
    let metrics = Metrics::new();
    let program = Program::start(metrics.clone());
    let before = program.play();
    let listen = options.listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 0)));
    let target = serve(metrics, listen).await;

    // It must live for as long as it is asked.
    let own = match options.prometheus {
        Some(_) => None,
        None => Some(Prometheus::with_rules(target, INTERVAL, &folder().join(rules::FILE), None).await),
    };
    let api = match (&own, &options.prometheus) {
        (Some(own), _) => (**own).clone(),
        (None, base) => Api::new(base.as_deref().unwrap_or_default()),
    };
    let instance = format!("instance=\"{target}\"");
    scrapes(&api, &instance).await;
    let round = program.play();
    let moment = scrapes(&api, &instance).await;

    let schema = rules::recorded(Schema::of_catalogue()).expect("sound rules");
    let mut judge = Judge::new(&api, &schema, &instance, moment);
    judge.counters(&[before, round.clone()].concat()).await;
    judge.panels(&round).await;
    judge.variables().await;
    judge.recordings().await;
    judge.alerts(&round).await;
    if own.is_some() {
        judge.loaded_rules().await;
    }
    judge.outcome
}

/// Waits until there are some samples more, so that what Prometheus adds at the ends of a window is little.
async fn scrapes(api: &Api, instance: &str) -> f64 {
    api.wait_for_scrape_of(instance).await;
    api.wait_for_scrape_of(instance).await
}

/// The program under test, in a thread of its own, because its time stands still.
struct Program {
    orders: mpsc::Sender<()>,
    facts: mpsc::Receiver<Vec<Fact>>,
}

impl Program {
    fn start(metrics: Metrics) -> Self {
        let (orders, ordered) = mpsc::channel();
        let (done, facts) = mpsc::channel();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
            runtime.expect("a runtime").block_on(async {
                let folder = tempfile::tempdir().expect("a temporary folder");
                let dispatcher = Dispatcher::builder().clock(Stopped { beginning: Instant::now() }).build();
                metrics.attach(&dispatcher).expect("attached");
                let panics = |_: &Event<'_>| std::panic::resume_unwind(Box::new("as the script says"));
                dispatcher.attach(BROKEN, "buckets.cloud.copy.stop", panics).expect("attached");
                let mut script = Script::new(&dispatcher, folder.path()).await;
                let mut facts = script.open().await;
                while ordered.recv().is_ok() {
                    facts.extend(script.round().await);
                    if done.send(std::mem::take(&mut facts)).is_err() {
                        break;
                    }
                }
            });
        });
        Self { orders, facts }
    }

    /// One round, and what must come of it; of the first one, with what was before it.
    fn play(&self) -> Vec<Fact> {
        self.orders.send(()).expect("the program runs");
        self.facts.recv().expect("the script ends well")
    }
}

/// The time of a runtime whose clock is stopped.
#[derive(Debug)]
struct Stopped {
    beginning: Instant,
}

impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        Timestamp::from_nanos(u64::try_from(self.beginning.elapsed().as_nanos()).unwrap_or(u64::MAX))
    }

    fn system_time(&self) -> SystemTime {
        SystemTime::now()
    }
}

async fn serve(metrics: Metrics, listen: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind(listen).await.unwrap_or_else(|error| panic!("{listen}: {error}"));
    let address = listener.local_addr().expect("the port that the system chose");
    let app = Router::new().route("/metrics", buckets_tower::axum::metrics(metrics));
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}
