//! Works on a volume in trouble and tells what came of it, for `tests/volume_faults.rs`:
//! `volume_witness prepare|work|large <root> <content length>`.

use std::time::Duration;

use buckets::Result;
use buckets::adapter::{Adapter, Volume};
use buckets::body::PutBody;
use buckets::operation::{Get, Put};
use buckets_tests::victim::{Deed, NEW, OLD, SOURCE, commit, say, version, versioned};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [what, root, len] = arguments.try_into().expect("three arguments");
    let len = len.parse().expect("a number");
    let volume = match Volume::open(root).await {
        Ok(volume) => volume,
        Err(error) => return say(&format!("open: {}", error.kind())),
    };
    match what.as_str() {
        "prepare" => prepare(&volume, len).await.expect("is prepared"),
        "work" => work(&volume, len).await,
        "both" => {
            prepare(&volume, len).await.expect("is prepared");
            work(&volume, len).await;
        }
        "large" => large(&volume, len).await.expect("is stored and read"),
        other => panic!("{other} is nothing to do"),
    }
}

/// Makes the objects that the deeds change.
async fn prepare(volume: &Volume, len: usize) -> Result<()> {
    volume.put(versioned(Deed::Put.key(), OLD, len / 2)).await?;
    volume.put(versioned(SOURCE, NEW, len)).await.map(drop)
}

/// Does each deed and says its end, the version then found, and how much could be swept.
async fn work(volume: &Volume, len: usize) {
    for deed in Deed::SINGLE {
        let end = match commit(volume, deed, len).await {
            Ok(()) => "ok".to_owned(),
            Err(error) => error.kind().to_string(),
        };
        let found = match version(volume, deed.key()).await {
            Ok(found) => format!("{found:?}"),
            Err(error) => error.kind().to_string(),
        };
        let swept = volume.sweep(Duration::ZERO).await.map(|swept| swept.staged + swept.records);
        say(&format!("{deed:?}: {end}, {found}, {} left", swept.map_or("?".to_owned(), |swept| swept.to_string())));
    }
}

/// Stores and reads so many bytes and says the most memory this took, in KiB, before and after.
async fn large(volume: &Volume, len: usize) -> Result<()> {
    let piece = bytes::Bytes::from(vec![7; 64 * 1024]);
    let pieces = std::iter::repeat_n(piece.clone(), len / piece.len()).map(Ok::<_, buckets::Error>);
    // Whatever is set up once is set up now.
    volume.put(Put::new("small".parse()?, piece)).await?;
    say(&peak());
    volume.put(Put::new("large".parse()?, PutBody::from_stream(futures_util::stream::iter(pieces)))).await?;
    let mut body = volume.get(Get::new("large".parse()?)).await?.body;
    let mut read = 0;
    while let Some(chunk) = body.next().await.transpose()? {
        read += chunk.len();
    }
    assert_eq!(read, len);
    say(&peak());
    Ok(())
}

/// The most memory this process ever had, in KiB.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells it");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("Linux tells it");
    line.trim().trim_end_matches(" kB").to_owned()
}
