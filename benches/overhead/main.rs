//! What observing costs, beside what it costs elsewhere: `cargo bench -p buckets-benches --bench overhead`.
//!
//! Our figure and the peer's are measured in one process, in interleaved rounds, and compared as a
//! ratio: nanoseconds differ from machine to machine, ratios much less. An argument picks targets:
//! `cargo bench -p buckets-benches --bench overhead -- P4`.
//!
//! A new target is a file in `targets` and its line in the list there.

mod measure;
mod ours;
mod peers;
mod report;
mod targets;

use measure::Bench;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // `cargo bench` says so; `cargo test --benches` does not, and only wants to know that all of it still runs.
    let bench = if arguments.iter().any(|argument| argument == "--bench") { Bench::thorough() } else { Bench::quick() };
    let wanted: Vec<&str> =
        arguments.iter().map(String::as_str).filter(|argument| !argument.starts_with('-')).collect();

    let measured: Vec<_> = targets::ALL
        .iter()
        .filter(|target| wanted.is_empty() || wanted.iter().any(|name| target.is_called(name)))
        .map(|target| (target, (target.measure)(&bench)))
        .collect();
    if measured.is_empty() {
        let known: Vec<_> = targets::ALL.iter().map(|target| target.id).collect();
        eprintln!("no target is called {}; there are {}", wanted.join(" or "), known.join(", "));
        std::process::exit(2);
    }
    report::print(&measured);
}
