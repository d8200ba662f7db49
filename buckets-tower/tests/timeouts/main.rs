//! Time limits: of whole operations, of attempts, and of content that does not move.

mod attempt;
mod deadline;
mod download;
mod foreign;
mod upload;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use buckets::body::PutBody;
use buckets::operation::{Get, Head, Put, Reply, Request, Response};
use buckets::{BoxError, Elapsed, Error, ErrorKind, Key, Result, TimeoutClock};
use bytes::Bytes;
use futures_util::StreamExt;
use http_body_util::StreamBody;
use tokio::time::{Instant, sleep};

const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn key() -> Key {
    Key::new("a/b").expect("valid")
}

fn head() -> Request {
    Request::new(Head::new(key()))
}

fn get() -> Request {
    Request::new(Get::new(key()))
}

fn put(body: impl Into<PutBody>) -> Request {
    Request::new(Put::new(key(), body))
}

/// Which clock ran out, and after how long, by the error's account.
#[track_caller]
fn elapsed<T: std::fmt::Debug>(result: Result<T>) -> (TimeoutClock, Duration) {
    let error = result.expect_err("it should have run out of time");
    assert_eq!(error.kind(), ErrorKind::Timeout);
    let elapsed: &Elapsed = error.elapsed().expect("a time limit of ours");
    (elapsed.clock(), elapsed.after())
}

/// So many chunks of ten bytes, each after so long.
fn drip(chunks: usize, every: Duration) -> impl futures_util::Stream<Item = Result<Bytes>> + Send {
    futures_util::stream::iter(0..chunks).then(move |_| async move {
        sleep(every).await;
        Ok(Bytes::from_static(b"0123456789"))
    })
}
