//! Makes many random calls of random stacks and checks that what was told is what was seen.

use std::process::ExitCode;

use buckets_tests::conservation::{self, Options};
use clap::Parser;

/// Makes random calls of random stacks, with faults, panics, drops and abandoned bodies, and checks that every
/// start has exactly one end. Exits with 1 if something is wrong, and says which seed does it again.
#[derive(Parser)]
struct Arguments {
    /// How many operations to make.
    #[arg(long, default_value_t = 100_000)]
    operations: u64,
    /// What stacks, calls and faults follow from; the same in each run unless given.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many threads to use.
    #[arg(long, default_value_t = 4)]
    threads: u64,
}

fn main() -> ExitCode {
    let Arguments { operations, seed, threads } = Arguments::parse();
    let outcome = conservation::run(&Options { operations, seed, threads, intruder: None });
    for violation in outcome.violations.iter().take(10) {
        println!("{}", violation.what);
        println!("  again with: --operations 500 --seed {}", violation.seed);
    }
    println!("{outcome}");
    if outcome.violations.is_empty() && outcome.starts == outcome.ends { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
