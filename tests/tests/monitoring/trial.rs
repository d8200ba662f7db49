//! Every query of the dashboard and the rules, on what a program with known numbers shows.

use std::net::{SocketAddr, TcpListener};
use std::process::{Command, Output};

use axum::Router;
use buckets_tests::components::prometheus::Prometheus;
use buckets_tests::monitoring::folder;
use buckets_tests::monitoring::trial::{self, Options};

use super::serve;

#[tokio::test(flavor = "multi_thread")]
async fn every_query_answers_what_the_program_did() {
    let outcome = trial::run(&Options::default()).await.expect("a Prometheus of our own");
    assert_eq!(outcome.mismatches, Vec::<String>::new());
    assert!(outcome.queries > 120, "{} queries", outcome.queries);
    assert!(outcome.empty.iter().all(|query| query.starts_with("Buckets")), "a panel is empty: {:?}", outcome.empty);
}

/// As an operator does it: with the example of a configuration.
#[tokio::test(flavor = "multi_thread")]
async fn a_prometheus_that_runs_already_answers_the_same() {
    let address = free_address();
    let prometheus = Prometheus::configured(&example(address), &folder().join("rules.yml")).await;
    let arguments = ["--prometheus", prometheus.base(), "--listen", &address.to_string()];
    let output = monitoring(&arguments).await;
    let (printed, told) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{printed}{told}");
    let last = printed.lines().last().expect("a last line");
    assert!(last.starts_with("queries=") && last.ends_with(" mismatched=0"), "{last}");

    let again = monitoring(&arguments).await;
    let told = String::from_utf8_lossy(&again.stderr);
    assert!(!again.status.success() && told.contains("would count both"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_work_is_told_in_a_sentence() {
    let (address, elsewhere) = (free_address(), free_address());
    let prometheus = Prometheus::configured(&example(elsewhere), &folder().join("rules.yml")).await;
    let occupied = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let occupied = occupied.local_addr().expect("it is bound").to_string();
    let (address, nobody) = (address.to_string(), format!("http://user:canary@{elsewhere}/"));
    let website = format!("http://{}", serve(Router::new()).await);

    for (arguments, wanted) in [
        (&["--prometheus", prometheus.base()][..], "--listen"),
        (&["--prometheus", "127.0.0.1:9090", "--listen", &address], "http://"),
        (&["--prometheus", &nobody, "--listen", &address], "there is no Prometheus at"),
        (&["--prometheus", &website, "--listen", &address], "it answers 404 Not Found, and not as a Prometheus does"),
        (&["--prometheus", prometheus.base(), "--listen", &address], "it does not scrape"),
        (&["--listen", &occupied], "the metrics cannot be served at"),
    ] {
        let output = monitoring(arguments).await;
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && told.contains(wanted), "{arguments:?}: {told}");
        assert!(!told.contains("panicked") && !told.contains("canary"), "{arguments:?}: {told}");
    }
}

/// The example of a configuration, for a program at `address`, in a hurry, and with nobody to tell of alerts.
fn example(address: SocketAddr) -> String {
    let config = std::fs::read_to_string(folder().join("prometheus.yml")).expect("the example");
    assert!(config.contains("127.0.0.1:3000") && config.contains("scrape_interval: 15s"));
    let (config, _) = config.split_once("alerting:").expect("an Alertmanager");
    config.replace("127.0.0.1:3000", &address.to_string()).replace("interval: 15s", "interval: 500ms")
}

async fn monitoring(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_monitoring"));
    command.args(arguments);
    let output = tokio::task::spawn_blocking(move || command.output()).await.expect("no panic");
    output.expect("the program starts")
}

/// One that nobody listened at a moment ago.
fn free_address() -> SocketAddr {
    let socket = TcpListener::bind("127.0.0.1:0").expect("a free port");
    socket.local_addr().expect("it is bound")
}
