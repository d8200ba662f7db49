//! Stores that do what a test needs of them.

use std::time::Duration;

use buckets::body::GetBody;
use buckets::operation::{Fetched, ObjectMeta, Op, Reply, Request, Response};
use buckets::store::Store;
use buckets::telemetry::Dispatcher;
use buckets::testing::ManualClock;
use buckets::{Error, ErrorKind, Key};
use bytes::Bytes;
use tower::service_fn;

/// Answers everything with this error, made anew for each.
pub(crate) fn failing(error: fn() -> Error) -> impl Store<Error = Error> {
    service_fn(move |_: Request| async move { Err::<Response, _>(error()) })
}

pub(crate) fn unavailable() -> Error {
    Error::new(ErrorKind::Unavailable, "the store cannot answer")
        .with_http_status(503)
        .with_request_id("req-1")
        .with_retry_after(Duration::from_secs(2))
        .with_source(std::io::Error::from_raw_os_error(111))
}

/// Answers every get with a body that breaks off behind its first chunk.
pub(crate) fn breaking_off() -> impl Store<Error = Error> {
    service_fn(|request: Request| async move {
        let Op::Get(get) = request.op else { return Err(Error::unsupported("this")) };
        let chunks = [Ok(Bytes::from_static(b"half")), Err(Error::new(ErrorKind::Interrupted, "it broke off"))];
        let frames = futures_util::stream::iter(chunks.map(|chunk| chunk.map(http_body::Frame::data)));
        let body = GetBody::from_body(http_body_util::StreamBody::new(frames));
        Ok::<_, Error>(Response::new(Reply::Get(Fetched::new(ObjectMeta::new(get.key, 8), 0..8, body))))
    })
}

pub(crate) fn key() -> Key {
    Key::new("tenant/anna/cv.pdf").expect("valid")
}

/// A dispatcher on a clock that stands still, at the present, until moved.
pub(crate) fn dispatcher() -> (Dispatcher, ManualClock) {
    let clock = ManualClock::starting_at(std::time::SystemTime::now());
    (Dispatcher::builder().clock(clock.clone()).build(), clock)
}
