//! A program with known numbers of everything, a real Prometheus that scrapes it, and every query asked there.
//!
//! The script is played twice: once before the first scrape, so that all series are there, and once after it.
//! What happens in the second round is then an increase of every series, of as much as there was before. That
//! makes numbers comparable without knowing how Prometheus extrapolates: each rate is the script's number times
//! that of a cloud in which there is one operation per round. Counters, shares and percentiles are compared as
//! they are.
//!
//! The clock of the script is tokio's, stopped: it moves on when all wait, so durations are exact.

mod clock;
mod expectations;
mod facts;
mod fate;
mod judge;
mod script;

use std::net::SocketAddr;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use buckets::handlers::prometheus::Prometheus as Metrics;
use buckets::telemetry::{Dispatcher, Event};
use reqwest::Url;
use tokio::net::TcpListener;

use self::clock::Stopped;
use self::facts::Fact;
use self::judge::Judge;
use self::script::Script;
use super::{dashboard, folder, query, rules, schema::Schema};
use crate::components::prometheus::{Api, Prometheus};

/// The handler that panics.
const BROKEN: &str = "broken";

/// How often our own Prometheus scrapes.
const INTERVAL: Duration = Duration::from_secs(1);

/// How long another Prometheus may take from one scrape to the next: its queries look at five minutes, and a rate
/// needs two samples.
const SELDOMEST: Duration = Duration::from_secs(150);

/// The longest window of the rules. What was counted in it before would be counted, too.
const LONGEST: &str = "3d";

/// Where to do it.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// A Prometheus that runs already and scrapes [`listen`](Self::listen); one is started if there is none.
    pub prometheus: Option<Url>,
    /// Where the program serves its metrics; a free port of loopback unless given.
    pub listen: Option<SocketAddr>,
}

impl Options {
    /// What to call the Prometheus that is asked: without a password.
    fn name(&self) -> String {
        let Some(mut url) = self.prometheus.clone() else { return "our own Prometheus".to_owned() };
        // Of what is no base for paths there is no password either.
        let _ = url.set_username("").and_then(|()| url.set_password(None));
        url.to_string()
    }
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
/// # Errors
///
/// When there is no Prometheus, or it does not scrape the program: a sentence that says so.
///
/// # Panics
///
/// When our own Prometheus cannot be started.
pub async fn run(options: &Options) -> Result<Outcome, String> {
    let listen = options.listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 0)));
    let listener = TcpListener::bind(listen).await;
    let listener = listener.map_err(|error| format!("the metrics cannot be served at {listen}: {error}"))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let running = options.prometheus.as_ref().map(|url| Api::new(url.as_str()));
    if let Some(api) = &running {
        let answer = api.query_at("vector(1)", 0.0).await;
        answer.map_err(|reason| format!("there is no Prometheus at {}: {reason}", options.name()))?;
    }

    let metrics = Metrics::new();
    let program = Program::start(metrics.clone());
    let before = program.play();
    let began = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
    let app = Router::new().route("/metrics", buckets_tower::axum::metrics(metrics));
    tokio::spawn(async move { axum::serve(listener, app).await });

    // Our own must live for as long as it is asked.
    let own;
    let api = match &running {
        Some(api) => api,
        None => {
            own = Prometheus::with_rules(address, INTERVAL, &folder().join(rules::FILE), None).await;
            &*own
        }
    };
    let target = api.target_at(address).await.map_err(|reason| format!("{}: {reason}", options.name()))?;
    let known = format!("last_over_time({}{{{}}}[{LONGEST}])", dashboard::VARIABLES_FROM, target.selector());
    if api.query_at(&known, began).await.is_ok_and(|series| !series.is_empty()) {
        return Err(format!(
            "{}: it scraped such a program at {address} in the last {LONGEST}, and would count both: have it scrape \
             another address, and give that with --listen",
            options.name()
        ));
    }
    let scrapes = async || {
        // Two, so that what Prometheus adds at the ends of a window is little.
        api.next_scrape_of(&target, SELDOMEST).await?;
        api.next_scrape_of(&target, SELDOMEST).await
    };
    let in_vain = |reason| format!("{}: waited in vain for a scrape: {reason}", options.name());
    scrapes().await.map_err(in_vain)?;
    let round = program.play();
    let moment = scrapes().await.map_err(in_vain)?;

    let schema = rules::recorded(Schema::of_catalogue()).expect("sound rules");
    let mut judge = Judge::new(api, &schema, &target, moment);
    judge.counters(&[before, round.clone()].concat()).await;
    judge.panels(&round).await;
    judge.variables().await;
    judge.recordings().await;
    judge.alerts(&round).await;
    if running.is_none() {
        judge.loaded_rules().await;
    }
    Ok(judge.outcome)
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
                let clock = Stopped::new();
                let dispatcher = Dispatcher::builder().clock(clock.clone()).build();
                metrics.attach(&dispatcher).expect("attached");
                let panics = |_: &Event<'_>| std::panic::resume_unwind(Box::new("as the script says"));
                dispatcher.attach(BROKEN, "buckets.cloud.copy.stop", panics).expect("attached");
                let mut script = Script::new(&dispatcher, clock, folder.path()).await;
                while ordered.recv().is_ok() {
                    if done.send(script.round().await).is_err() {
                        break;
                    }
                }
            });
        });
        Self { orders, facts }
    }

    /// One round, and what must come of it.
    fn play(&self) -> Vec<Fact> {
        self.orders.send(()).expect("the program runs");
        self.facts.recv().expect("the script ends well")
    }
}
