//! What we promise.

use buckets_benches::Verdict;

use crate::child::Work;
use crate::clients::Client;
use crate::report::{MIB, Measured};

/// How good we are at `work`, if all whom it is compared with have done it.
pub(crate) fn verdicts(measured: &Measured, work: Work) -> Vec<Verdict> {
    match work {
        Work::Put(_) => vec![small(measured, work, "P8-put")],
        Work::Get(_) => vec![small(measured, work, "P8-get")],
        Work::Head(_) => vec![small(measured, work, "P8-head")],
        Work::Upload(_) => large(measured, work, ["P9-upload", "P9-upload-files"]),
        Work::Download(_) => large(measured, work, ["P9-download", "P9-download-files"]),
    }
}

/// All layers and the adapter together cost at most a twentieth of what the SDK takes of the processors' time.
fn small(measured: &Measured, work: Work, target: &str) -> Verdict {
    let [ours, sdk] =
        [Client::Ours, Client::Sdk].map(|client| measured.median(work, client, |figures| figures.cpu.as_secs_f64()));
    Verdict::new(target, ours / sdk, 1.05)
}

/// An object of any size takes no longer than with the faster of the others, and no more than 40 MiB of memory.
fn large(measured: &Measured, work: Work, targets: [&str; 2]) -> Vec<Verdict> {
    let seconds = |client| measured.median(work, client, |figures| figures.wall.as_secs_f64());
    let compared = [
        (Client::Ours, [Client::ObjectStore, Client::Opendal]),
        (Client::OurFiles, [Client::ObjectStoreFiles, Client::OpendalFiles]),
    ];
    let verdict = |(target, (ours, others)): (&str, (_, [_; 2]))| {
        let best = others.map(seconds).into_iter().fold(f64::INFINITY, f64::min);
        let memory = measured.median(work, ours, |figures| figures.memory as f64) / MIB;
        Verdict::new(target, seconds(ours) / best, 1.0).and("MiB", memory, 40.0)
    };
    targets.into_iter().zip(compared).map(verdict).collect()
}
