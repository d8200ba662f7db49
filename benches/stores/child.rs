//! What a child process does.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::clients::{Client, ObjectClient};
use crate::figures::Figures;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Work {
    /// An object of 4 KiB is put so often.
    Put(u64),
    /// It is got so often.
    Get(u64),
    /// Its metadata is asked for so often.
    Head(u64),
    /// An object of so many MiB is stored, of a stream.
    Upload(u64),
    /// It is read, as a stream.
    Download(u64),
}

/// Who does what, and where: the endpoint of a server, or a folder.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Job {
    pub(crate) client: Client,
    pub(crate) work: Work,
    pub(crate) place: String,
}

/// So often before anything is measured: connections are made then, and whatever else is made once.
const WARM_UP: u64 = 20;
const SMALL: Bytes = Bytes::from_static(&[7; 4096]);
const MIB: u64 = 1024 * 1024;

/// Does the work and measures it.
pub(crate) fn run(job: &Job) -> Figures {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime needs nothing but threads");
    let (client, work, place) = (job.client, job.work, job.place.clone());
    // In a task, as in a service: what `block_on` itself runs wakes the runtime's own threads for each of its timers.
    let task = runtime.spawn(async move {
        let client = client.open(&place).await;
        for small in [Work::Put(WARM_UP), Work::Get(WARM_UP), Work::Head(WARM_UP)] {
            repeat(&*client, small).await;
        }
        Figures::of(repeat(&*client, work)).await
    });
    runtime.block_on(task).expect("the work panics only if it fails")
}

async fn repeat(client: &dyn ObjectClient, work: Work) {
    let small = SMALL.len() as u64;
    match work {
        Work::Put(times) => {
            for _ in 0..times {
                client.put(SMALL).await;
            }
        }
        Work::Get(times) => {
            for _ in 0..times {
                assert_eq!(client.get("small").await, small);
            }
        }
        Work::Head(times) => {
            for _ in 0..times {
                assert_eq!(client.head().await, small);
            }
        }
        Work::Upload(mib) => client.upload(mib * MIB).await,
        Work::Download(mib) => assert_eq!(client.get("large").await, mib * MIB),
    }
}
