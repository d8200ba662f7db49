//! What `#[instrumented]` costs while compiling and in the program, beside `tracing::instrument`:
//! `cargo run -p buckets-tests --bin budget`.
//!
//! Packages with many functions, half of them `async`, are made in the target folder: without an
//! attribute, with ours, and with the peer's. Each is checked and built twice as large as need be, so that
//! what is there once does not count as belonging to each function. The exit code is 1 beyond a budget.

mod futures;
mod package;

use std::process::ExitCode;

use package::{Attribute, Package};

type Failure = Box<dyn std::error::Error>;

const FUNCTIONS: usize = 600;
/// Bytes of machine code for each function.
const TEXT: f64 = 300.0;
/// Milliseconds of `cargo check`, of one processor, for each function.
const CHECK: f64 = 4.0;
/// Runs of `cargo check`, of which the quickest counts: others were disturbed.
const RUNS: usize = 3;

fn main() -> ExitCode {
    match measure() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("budget: {failure}");
            ExitCode::from(2)
        }
    }
}

/// Gives back whether ours is within the budget.
fn measure() -> Result<bool, Failure> {
    let bare = Cost::of(Attribute::None)?;
    println!("per function, of {FUNCTIONS}:");
    println!("{:<34} {:>12} {:>12}", "", "check, ms", "text, bytes");
    println!("{:<34} {:>12.2} {:>12.0}", "no attribute", bare.check, bare.text);
    let mut is_within = true;
    for attribute in
        [Attribute::Instrumented, Attribute::InstrumentedWithFields, Attribute::Tracing, Attribute::TracingWithFields]
    {
        let cost = Cost::of(attribute)?;
        let (check, text) = (cost.check - bare.check, cost.text - bare.text);
        println!("{:<34} {check:>+12.2} {text:>+12.0}", attribute.title());
        if attribute == Attribute::Instrumented {
            is_within &= check <= CHECK && text <= TEXT;
        }
    }
    is_within &= futures::print();
    println!(
        "budget: check <= {CHECK} ms, text <= {TEXT} bytes, futures the same few bytes a level: {}",
        if is_within { "met" } else { "missed" }
    );
    Ok(is_within)
}

/// What one function costs.
struct Cost {
    check: f64,
    text: f64,
}

impl Cost {
    fn of(attribute: Attribute) -> Result<Self, Failure> {
        let (few, many) = (Package::make(attribute, FUNCTIONS)?, Package::make(attribute, 2 * FUNCTIONS)?);
        let per_function = |few: f64, many: f64| (many - few) / FUNCTIONS as f64;
        Ok(Self {
            check: per_function(few.check(RUNS)?, many.check(RUNS)?),
            text: per_function(few.text()? as f64, many.text()? as f64),
        })
    }
}
