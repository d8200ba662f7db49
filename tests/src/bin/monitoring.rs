//! Asks a real Prometheus every query of the dashboard and the rules, of a program that does known things.

use std::net::SocketAddr;
use std::process::ExitCode;

use buckets_tests::monitoring::trial::{self, Options};
use clap::Parser;
use reqwest::Url;

/// Makes known numbers of operations, lets a Prometheus scrape them, and compares the answer of every query of the
/// dashboard and of every rule with them. Exits with 1 if one is not as it should be.
#[derive(Parser)]
struct Arguments {
    /// A Prometheus that runs already and scrapes the address given with --listen; else one is started.
    #[arg(long, value_name = "URL", requires = "listen", value_parser = server)]
    prometheus: Option<Url>,
    /// Where the metrics are served, at /metrics; else at a free port of loopback.
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let Arguments { prometheus, listen } = Arguments::parse();
    let outcome = match trial::run(&Options { prometheus, listen }).await {
        Ok(outcome) => outcome,
        Err(reason) => {
            eprintln!("monitoring: {reason}");
            return ExitCode::FAILURE;
        }
    };
    for reason in &outcome.empty {
        println!("empty, as it should be: {reason}");
    }
    for mismatch in &outcome.mismatches {
        println!("MISMATCH: {mismatch}");
    }
    println!("queries={} empty={} mismatched={}", outcome.queries, outcome.empty.len(), outcome.mismatches.len());
    if outcome.mismatches.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn server(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    url.ok_or_else(|| "that is no URL with http:// or https://, such as http://127.0.0.1:9090".into())
}
