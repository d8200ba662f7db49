//! What a cloud's operation moved before it failed or was dropped, and how many attempts it took.

use std::pin::pin;

use buckets::adapter::{Adapter, Capabilities};
use buckets::body::GetBody;
use buckets::cloud::CopyOptions;
use buckets::operation::{Fetched, Get, ObjectMeta, Put, Stored};
use buckets::telemetry::{Outcome, Stage};
use buckets::testing::Capture;
use buckets::{Cloud, Error, ErrorKind, LoadTo, Object, Result, Upload};
use bytes::Bytes;
use futures_util::StreamExt;
use http_body::Frame;
use http_body_util::StreamBody;

use crate::scripted::{finish, key, pause, poll_once};

/// Moves six of ten bytes in chunks of three, and then waits a while, and fails.
struct HalfWay;

const WAIT: usize = 10;

async fn wait_and_fail() -> Error {
    for _ in 0..WAIT {
        pause().await;
    }
    Error::new(ErrorKind::Unavailable, "half way").with_attempts(3)
}

impl Adapter for HalfWay {
    fn name(&self) -> &str {
        "half_way"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::all()
    }

    async fn put(&self, mut op: Put) -> Result<Stored> {
        for _ in 0..2 {
            op.body.next().await.transpose()?;
        }
        Err(wait_and_fail().await)
    }

    async fn get(&self, op: Get) -> Result<Fetched> {
        let chunks = futures_util::stream::iter(["012", "345"].map(|chunk| Ok(Bytes::from(chunk))));
        let end = futures_util::stream::once(async { Err::<Bytes, _>(wait_and_fail().await) });
        let body = StreamBody::new(chunks.chain(end).map(|chunk| chunk.map(Frame::data)));
        Ok(Fetched::new(ObjectMeta::new(op.key, 10), 0..10, GetBody::from_body(body)))
    }
}

type Operation = (&'static str, fn(&Cloud, &mut Object) -> Result<()>, fn(&Cloud, &mut Object));

fn streamed() -> Upload {
    let chunks = futures_util::stream::iter(["012", "345", "678", "9"].map(|chunk| Ok::<_, Error>(Bytes::from(chunk))));
    Upload::from_stream("a.txt", chunks)
}

fn drop_half_way<F: Future>(work: F) {
    let mut work = pin!(work);
    for _ in 0..WAIT / 2 {
        assert!(poll_once(work.as_mut()).is_pending());
    }
}

/// Each operation that moves content: to its end, and dropped half way.
const OPERATIONS: [Operation; 4] = [
    (
        "insert",
        |cloud, _| finish(pin!(cloud.insert(streamed()))).map(drop),
        |cloud, _| drop_half_way(cloud.insert(streamed())),
    ),
    ("read", |cloud, _| finish(pin!(cloud.read(&key()))).map(drop), |cloud, _| drop_half_way(cloud.read(&key()))),
    (
        "load",
        |cloud, object| finish(pin!(cloud.load(object, LoadTo::Memory))),
        |cloud, object| drop_half_way(cloud.load(object, LoadTo::Memory)),
    ),
    (
        "copy",
        |cloud, _| finish(pin!(cloud.copy_with(&other(), &key(), "a.txt", CopyOptions::new()))).map(drop),
        |cloud, _| drop_half_way(cloud.copy_with(&other(), &key(), "a.txt", CopyOptions::new())),
    ),
];

/// Another cloud to copy from: its content goes through here.
fn other() -> Cloud {
    Cloud::new("other", HalfWay).boxed()
}

fn object() -> Object {
    let cloud = Cloud::new("here", buckets::adapter::Memory::new());
    finish(pin!(cloud.insert(Upload::from_bytes("a.txt", "content")))).expect("inserted")
}

#[test]
fn what_was_moved_is_told_when_it_fails_and_when_it_is_dropped() {
    for (operation, fails, is_dropped) in OPERATIONS {
        for (dropped, outcome) in [(false, Outcome::Error(ErrorKind::Unavailable)), (true, Outcome::Cancelled)] {
            let capture = Capture::new();
            let cloud = Cloud::builder("here", HalfWay).dispatcher(capture.dispatcher()).build().boxed();
            let mut object = object();
            match dropped {
                true => is_dropped(&cloud, &mut object),
                false => assert!(fails(&cloud, &mut object).is_err()),
            }
            let end = capture.one(&format!("buckets.cloud.{operation}.exception"));
            assert_eq!((end.outcome, end.bytes), (Some(outcome), Some(6)), "{operation}");
            let attempts = (!dropped).then_some(3);
            assert_eq!(end.attempts, attempts, "{operation}");
            assert_eq!(capture.events().iter().filter(|event| event.stage == Stage::Start).count(), 1);
            capture.assert_conserved();
        }
    }
}
