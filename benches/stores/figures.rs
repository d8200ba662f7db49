//! What is measured of a process.

use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

/// What some work took.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Figures {
    /// The time of all processors.
    pub(crate) cpu: Duration,
    /// The time that passed.
    pub(crate) wall: Duration,
    /// The most memory that was resident, in bytes, above what was before the work.
    pub(crate) memory: u64,
}

impl Figures {
    /// Measures `work`, which nothing in this process has done before.
    pub(crate) async fn of(work: impl Future<Output = ()>) -> Self {
        let (cpu, memory, start) = (cpu(), peak_memory(), Instant::now());
        work.await;
        let wall = start.elapsed();
        Self { cpu: self::cpu() - cpu, wall, memory: peak_memory() - memory }
    }
}

fn cpu() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::try_from(time).expect("no process has used a negative time")
}

/// In bytes, as Linux knows it.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells a process about itself");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("the peak is told");
    let kib: u64 = line.trim().trim_end_matches(" kB").parse().expect("a number");
    kib * 1024
}
