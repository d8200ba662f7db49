//! Each way in which the body of an answer ends.

use std::pin::pin;

use buckets::adapter::{Adapter, Backend, Capabilities};
use buckets::body::GetBody;
use buckets::operation::{Fetched, Get, ObjectMeta, Reply, Request};
use buckets::telemetry::catalogue::names::ADAPTER_GET;
use buckets::telemetry::{EventName, Outcome, Scope, Span};
use buckets::testing::Capture;
use buckets::{Error, ErrorKind, Result};
use buckets_tower::TelemetryLayer;
use bytes::Bytes;
use futures_util::StreamExt;
use http_body::Frame;
use http_body_util::StreamBody;
use tower::{Layer, Service};

use crate::scripted::{assert_told, finish, key, of, panics, pause};

/// What the body does after its two chunks of four bytes each.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Then {
    End,
    Error,
    Panic,
}

/// How the content comes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Source {
    /// All at once, from memory.
    Memory,
    /// In two chunks, with a pause before each if `true`.
    Stream { pauses: bool, then: Then },
}

const STREAM: Source = Source::Stream { pauses: false, then: Then::End };
const SOURCES: [Source; 3] = [Source::Memory, STREAM, Source::Stream { pauses: true, then: Then::End }];

/// Answers with `source` and says that it has `len` bytes; it has 8.
#[derive(Clone, Copy)]
struct Bodies {
    source: Source,
    len: u64,
}

impl Adapter for Bodies {
    fn name(&self) -> &str {
        "bodies"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::all()
    }

    async fn get(&self, op: Get) -> Result<Fetched> {
        Ok(Fetched::new(ObjectMeta::new(op.key, self.len), 0..self.len, self.source.body()))
    }
}

impl Source {
    fn body(self) -> GetBody {
        let Self::Stream { pauses, then } = self else { return GetBody::from_bytes(Bytes::from_static(b"01234567")) };
        let chunks = futures_util::stream::unfold(0, move |position| async move {
            if pauses {
                pause().await;
            }
            let frame = match (position, then) {
                (0, _) => Ok("0123"),
                (1, _) => Ok("4567"),
                (2, Then::Error) => Err(Error::new(ErrorKind::Interrupted, "the connection broke")),
                (2, Then::Panic) => panic!("as the test says"),
                _ => return None,
            };
            Some((frame.map(|chunk| Frame::data(Bytes::from_static(chunk.as_bytes()))), position + 1))
        });
        GetBody::from_body(StreamBody::new(Box::pin(chunks)))
    }
}

/// The body that a `get` answers with, under observation.
fn body(capture: &Capture, source: Source, len: u64) -> GetBody {
    let mut stack = TelemetryLayer::new().layer(Backend::new(Bodies { source, len }));
    let response = finish(pin!(stack.call(of(capture, Request::new(Get::new(key())))))).expect("a body");
    match response.reply {
        Reply::Get(fetched) => fetched.body,
        other => panic!("{other:?}"),
    }
}

fn next(body: &mut GetBody) -> Option<Result<Bytes>> {
    finish(pin!(body.next()))
}

#[track_caller]
fn assert_end(capture: &Capture, outcome: Outcome, bytes: Option<u64>, what: impl std::fmt::Debug) {
    let what = format!("{what:?}");
    assert_told(capture, "buckets.adapter.get", outcome, &what);
    assert_eq!(capture.events()[1].bytes, bytes, "{what}");
}

#[test]
fn read_to_the_end_is_success() {
    for source in SOURCES {
        let capture = Capture::new();
        assert_eq!(finish(pin!(body(&capture, source, 8).collect(8))).expect("whole"), "01234567");
        assert_end(&capture, Outcome::Success, Some(8), source);
    }
}

#[test]
fn delivered_whole_is_success_even_if_nobody_asks_for_the_end() {
    for source in SOURCES {
        let capture = Capture::new();
        let mut body = body(&capture, source, 8);
        while body.remaining() != Some(0) {
            next(&mut body).expect("more").expect("content");
        }
        drop(body);
        assert_end(&capture, Outcome::Success, Some(8), source);
    }
}

#[test]
fn an_empty_body_is_delivered_unread() {
    let capture = Capture::new();
    let mut stack = TelemetryLayer::new().layer(Backend::new(buckets::adapter::Memory::new()));
    let put = buckets::operation::Put::new(key(), "");
    finish(pin!(stack.call(Request::new(put)))).expect("stored");
    drop(finish(pin!(stack.call(of(&capture, Request::new(Get::new(key())))))).expect("found"));
    assert_end(&capture, Outcome::Success, Some(0), "empty");
}

#[test]
fn dropped_unread_or_half_read_is_cancelled() {
    for source in SOURCES {
        let capture = Capture::new();
        drop(body(&capture, source, 8));
        assert_end(&capture, Outcome::Cancelled, None, source);
        if source == Source::Memory {
            continue; // It comes in one piece.
        }
        let capture = Capture::new();
        let mut body = body(&capture, source, 8);
        next(&mut body).expect("more").expect("content");
        drop(body);
        assert_end(&capture, Outcome::Cancelled, Some(4), source);
    }
}

#[test]
fn dropped_since_the_reader_panics_is_cancelled() {
    let capture = Capture::new();
    panics(|| {
        let mut body = body(&capture, STREAM, 8);
        next(&mut body).expect("more").expect("content");
        panic!("the reader");
    });
    assert_end(&capture, Outcome::Cancelled, Some(4), STREAM);
}

#[test]
fn an_error_of_the_body_is_the_error_of_the_operation() {
    for pauses in [false, true] {
        let capture = Capture::new();
        let source = Source::Stream { pauses, then: Then::Error };
        let error = finish(pin!(body(&capture, source, 12).collect(12))).expect_err("broken");
        assert_eq!(error.kind(), ErrorKind::Interrupted);
        assert_end(&capture, Outcome::Error(ErrorKind::Interrupted), Some(8), source);
        assert_eq!(capture.one("buckets.adapter.get.exception").error, ["the connection broke"]);
    }
}

#[test]
fn a_panic_of_the_body_is_a_panic_of_the_operation() {
    for pauses in [false, true] {
        let source = Source::Stream { pauses, then: Then::Panic };
        let capture = Capture::new();
        panics(|| drop(finish(pin!(body(&capture, source, 12).collect(12)))));
        assert_end(&capture, Outcome::Panic, Some(8), source);

        let capture = Capture::new();
        let mut body = body(&capture, source, 12);
        panics(|| while next(&mut body).is_some() {});
        drop(body);
        assert_end(&capture, Outcome::Panic, Some(8), source);
    }
}

#[test]
fn a_short_body_is_interrupted_and_a_long_one_a_broken_protocol() {
    for source in SOURCES {
        let capture = Capture::new();
        let error = finish(pin!(body(&capture, source, 9).collect(100))).expect_err("short");
        assert_eq!(error.kind(), ErrorKind::Interrupted, "{source:?}");
        assert_end(&capture, Outcome::Error(ErrorKind::Interrupted), Some(8), source);

        let capture = Capture::new();
        let error = finish(pin!(body(&capture, source, 7).collect(100))).expect_err("long");
        assert_eq!(error.kind(), ErrorKind::Protocol, "{source:?}");
        let before = if source == Source::Memory { None } else { Some(4) };
        assert_end(&capture, Outcome::Error(ErrorKind::Protocol), before, source);
    }
}

#[test]
fn a_body_ends_every_span_it_was_given() {
    let capture = Capture::new();
    let cloud = buckets::Cloud::builder("files", Bodies { source: STREAM, len: 8 })
        .layer(TelemetryLayer::new())
        .dispatcher(capture.dispatcher())
        .build();
    let mut fetched = finish(pin!(cloud.reader(&key()))).expect("found");
    next(&mut fetched.body).expect("more").expect("content");
    assert_eq!(capture.in_flight(), 2);
    drop(fetched);
    assert_told(&capture, "buckets.cloud.reader", Outcome::Cancelled, "cloud");
    assert_told(&capture, "buckets.adapter.get", Outcome::Cancelled, "adapter");
    let ends: Vec<_> = capture.named("buckets.*.*.exception").iter().map(|event| (event.name, event.bytes)).collect();
    assert_eq!(ends, [("buckets.adapter.get", Some(4)), ("buckets.cloud.reader", Some(4))]);
}

#[test]
fn what_content_tells_when_it_is_dropped_is_part_of_its_operation() {
    static LAST: EventName = EventName::new("test.content.dropped");

    struct Tells(Span);
    impl Drop for Tells {
        fn drop(&mut self) {
            self.0.point(&LAST, &[], &[]);
        }
    }

    let capture = Capture::new();
    let scope = Scope::of(capture.dispatcher());
    let tells = Tells(Span::start(&scope, &LAST));
    let content = futures_util::stream::pending().map(move |()| {
        let _kept = &tells;
        Ok::<_, Error>(Frame::data(Bytes::new()))
    });
    let mut body = GetBody::from_body(StreamBody::new(content));
    body.observe_span(Span::start(&scope, &ADAPTER_GET));
    capture.clear();
    drop(body);
    assert_eq!(
        capture.names(),
        ["test.content.dropped", "test.content.dropped.exception", "buckets.adapter.get.exception"]
    );
}
