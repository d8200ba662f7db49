//! What S3 costs through us and through others, on the same server: `cargo bench -p buckets-benches --bench stores`.
//!
//! Two things: the processor's time of small operations, and the throughput and peak memory of large objects.
//! Each is measured in a process of its own, since nothing else tells whose memory it was; the server, a SeaweedFS,
//! is another process, and its time is not counted. Rounds go through all clients in turn; what is printed are medians,
//! and ratios of ours to the others', and a line per target.
//!
//! Arguments: `--mib N` is the size of a large object, `--operations N` how many small ones there are in a round, and
//! `--rounds N` how many rounds.

mod child;
mod clients;
mod figures;
mod report;
mod targets;

use std::process::Command;

use buckets_tests::components::seaweedfs::SeaweedFs;
use clap::Parser;

use child::{Job, Work};
use clients::Client;
use report::Measured;

#[derive(Parser)]
struct Arguments {
    /// The size of a large object.
    #[arg(long)]
    mib: Option<u64>,
    /// How many small operations make a round.
    #[arg(long)]
    operations: Option<u64>,
    /// How many rounds.
    #[arg(long)]
    rounds: Option<usize>,
    /// What cargo says when it wants to measure rather than to know that it runs.
    #[arg(long)]
    bench: bool,
    /// What a child process is to do.
    #[arg(long, hide = true)]
    job: Option<String>,
}

fn main() {
    let arguments = Arguments::parse();
    if let Some(job) = &arguments.job {
        let job = serde_json::from_str(job).expect("a job of the parent's");
        return println!("{}", serde_json::to_string(&child::run(&job)).expect("plain data"));
    }
    let (mib, operations, rounds) = if arguments.bench { (1024, 2000, 3) } else { (17, 4, 1) };
    let (mib, operations) = (arguments.mib.unwrap_or(mib), arguments.operations.unwrap_or(operations));
    let small = [Work::Put(operations), Work::Get(operations), Work::Head(operations)];
    let large = [Work::Upload(mib), Work::Download(mib)];
    let mut measured = Measured::default();
    for _ in 0..arguments.rounds.unwrap_or(rounds) {
        for (clients, works) in
            [(&Client::OF_S3[..], &small[..]), (&Client::OF_S3[..], &large[..]), (&Client::OF_FILES[..], &large[..])]
        {
            for client in clients {
                measure(*client, works, &mut measured);
            }
        }
    }
    measured.print();
}

/// Has a new process do each work, on a store that is new as well: the last one's objects take no room.
fn measure(client: Client, works: &[Work], measured: &mut Measured) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.expect("a runtime needs nothing but threads");
    let server = Client::OF_S3.contains(&client).then(|| runtime.block_on(SeaweedFs::start()));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let place = server.as_ref().map_or_else(|| folder.path().display().to_string(), SeaweedFs::endpoint);
    for work in works {
        let job = serde_json::to_string(&Job { client, work: *work, place: place.clone() }).expect("plain data");
        let child = Command::new(std::env::current_exe().expect("this program")).args(["--job", &job]).output();
        let child = child.expect("this program can be run");
        match serde_json::from_slice(&child.stdout) {
            Ok(figures) if child.status.success() => measured.add(*work, client, figures),
            _ => panic!("{job} failed: {}", String::from_utf8_lossy(&child.stderr)),
        }
    }
}
