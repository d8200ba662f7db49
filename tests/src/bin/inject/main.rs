//! Puts `#[instrumented]` on every function of somebody else's crate and sees whether its tests still pass:
//! `cargo run -p buckets-tests --bin inject -- NAME VERSION`.
//!
//! The crate is fetched by cargo and copied into the target folder, where its own tests run before
//! and after. With `--listening` a handler is attached in each unit test, so that events are really
//! emitted. The last line sums up; the exit code is 1 if a test that passed no longer does.

mod culprits;
mod functions;
mod scratch;
mod suite;

use std::collections::BTreeMap;
use std::process::ExitCode;

use functions::{Function, Source};
use scratch::Scratch;
use suite::Suite;

type Failure = Box<dyn std::error::Error>;

/// How often functions are taken out that do not compile with the attribute.
const ROUNDS: usize = 8;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (flags, words): (Vec<_>, Vec<_>) =
        arguments.iter().map(String::as_str).partition(|word| word.starts_with("--"));
    let ([name, version], true) = (words.as_slice(), flags.iter().all(|flag| *flag == "--listening")) else {
        eprintln!("usage: inject [--listening] NAME VERSION");
        return ExitCode::from(2);
    };
    match inject(name, version, !flags.is_empty()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("inject: {failure}");
            ExitCode::from(2)
        }
    }
}

/// Gives back whether every test that passed before passes after.
fn inject(name: &str, version: &str, listening: bool) -> Result<bool, Failure> {
    let scratch = Scratch::fetch(name, version)?;
    println!("{name} {version} in {}", scratch.root.display());
    let before = Suite::run(&scratch)?;
    println!("before: {before}");

    scratch.depend_on_buckets()?;
    let mut sources = functions::find(&scratch)?;
    instrument(&scratch, &mut sources, listening)?;
    let mut after = Suite::run(&scratch)?;
    if !after.lost_since(&before).is_empty() {
        // A test that only sometimes fails would fail without the attribute, too.
        println!("after: {after}; once more, for tests that fail sometimes");
        after = after.or(Suite::run(&scratch)?);
    }
    println!("after: {after}");

    let lost = after.lost_since(&before);
    lost.iter().for_each(|test| println!("no longer passes: {test}"));
    let all: Vec<&Function> = sources.iter().flat_map(|source| &source.functions).collect();
    let skipped: Vec<_> = all.iter().filter_map(|function| function.skipped.as_deref()).collect();
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    skipped.iter().for_each(|reason| *reasons.entry(reason).or_default() += 1);
    for (reason, count) in &reasons {
        println!("skipped {count}: {reason}");
    }
    println!(
        "functions={} instrumented={} skipped={} tests_before={} tests_after={}",
        all.len(),
        all.len() - skipped.len(),
        skipped.len(),
        before.passed(),
        after.passed(),
    );
    Ok(lost.is_empty())
}

/// Writes the sources with the attribute, and takes it off functions that do not compile with it.
fn instrument(scratch: &Scratch, sources: &mut [Source], listening: bool) -> Result<(), Failure> {
    for _ in 0..ROUNDS {
        sources.iter().try_for_each(|source| source.write(listening))?;
        let errors = culprits::errors(scratch)?;
        if errors.is_empty() {
            return Ok(());
        }
        let mut found = false;
        for error in &errors {
            found |= sources.iter_mut().any(|source| source.blame(error));
        }
        if !found {
            let errors: Vec<_> = errors.iter().map(|error| error.rendered.as_str()).collect();
            return Err(format!("it does not compile, for no function's fault:\n{}", errors.join("\n")).into());
        }
    }
    Err("functions that do not compile keep turning up".into())
}
