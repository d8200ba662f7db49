//! The table and the verdicts.

use std::collections::{BTreeMap, BTreeSet};

use buckets_benches::median;

use crate::child::Work;
use crate::clients::Client;
use crate::figures::Figures;
use crate::targets::verdicts;

/// All rounds so far.
#[derive(Default)]
pub(crate) struct Measured(BTreeMap<(Work, Client), Vec<Figures>>);

pub(crate) const MIB: f64 = 1024.0 * 1024.0;

impl Measured {
    pub(crate) fn add(&mut self, work: Work, client: Client, figures: Figures) {
        self.0.entry((work, client)).or_default().push(figures);
    }

    /// Prints medians, and what is ours divided by what is theirs; then a line per target.
    pub(crate) fn print(&self) {
        println!("\nMedians; ratio = ours / theirs. Peak memory is what was resident above that before the work.\n");
        println!(
            "{:<16} {:<28} {:>12} {:>7} {:>12} {:>7} {:>11}",
            "work", "client", "CPU", "ratio", "speed", "ratio", "peak memory"
        );
        for (&(work, client), rounds) in &self.0 {
            let ours = if Client::OF_S3.contains(&client) { Client::Ours } else { Client::OurFiles };
            let ours = &self.0[&(work, ours)];
            println!(
                "{:<16} {:<28} {:>12} {:>7.3} {:>12} {:>7.3} {:>7.1} MiB",
                name(work),
                client.name(),
                cpu(work, rounds),
                median_of(ours, |figures| figures.cpu.as_secs_f64())
                    / median_of(rounds, |figures| figures.cpu.as_secs_f64()),
                speed(work, rounds),
                median_of(rounds, |figures| figures.wall.as_secs_f64())
                    / median_of(ours, |figures| figures.wall.as_secs_f64()),
                median_of(rounds, |figures| figures.memory as f64) / MIB,
            );
        }
        println!();
        let works: BTreeSet<_> = self.0.keys().map(|(work, _)| *work).collect();
        for verdict in works.into_iter().flat_map(|work| verdicts(self, work)) {
            println!("{verdict}");
        }
    }

    /// The median of all rounds.
    ///
    /// # Panics
    ///
    /// When there were none.
    pub(crate) fn median(&self, work: Work, client: Client, figure: impl Fn(&Figures) -> f64) -> f64 {
        median_of(&self.0[&(work, client)], figure)
    }
}

fn median_of(rounds: &[Figures], figure: impl Fn(&Figures) -> f64) -> f64 {
    median(rounds.iter().map(figure))
}

fn name(work: Work) -> String {
    match work {
        Work::Put(_) => "put 4 KiB".to_owned(),
        Work::Get(_) => "get 4 KiB".to_owned(),
        Work::Head(_) => "head".to_owned(),
        Work::Upload(mib) => format!("upload {mib} MiB"),
        Work::Download(mib) => format!("download {mib} MiB"),
    }
}

fn cpu(work: Work, rounds: &[Figures]) -> String {
    let seconds = median_of(rounds, |figures| figures.cpu.as_secs_f64());
    match work {
        Work::Put(times) | Work::Get(times) | Work::Head(times) => format!("{:.1} µs", seconds / times as f64 * 1e6),
        Work::Upload(_) | Work::Download(_) => format!("{seconds:.2} s"),
    }
}

fn speed(work: Work, rounds: &[Figures]) -> String {
    let seconds = median_of(rounds, |figures| figures.wall.as_secs_f64());
    match work {
        Work::Put(times) | Work::Get(times) | Work::Head(times) => format!("{:.0} /s", times as f64 / seconds),
        Work::Upload(mib) | Work::Download(mib) => format!("{:.0} MiB/s", mib as f64 / seconds),
    }
}
