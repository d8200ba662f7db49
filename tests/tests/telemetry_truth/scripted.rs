//! An adapter that does what the test says, futures polled by hand, and what must come of it.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use buckets::adapter::{Adapter, Backend, Capabilities};
use buckets::body::{GetBody, PutBody};
use buckets::operation::{
    Condition, Delete, Deleted, Fetched, Get, Head, ObjectMeta, Op, Operation, Put, Reply, Request, Response, Stored,
};
use buckets::telemetry::{Outcome, Scope, Stage};
use buckets::testing::Capture;
use buckets::{Error, ErrorKind, Key, Result};
use buckets_tower::{Telemetry, TelemetryLayer};
use bytes::Bytes;
use tower::Layer;

pub(crate) const CONTENT: &str = "0123456789";

/// What the adapter does with an operation.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Answer {
    Ok,
    Error(ErrorKind),
    Panic,
}

/// Answers `after` so many polls that say *pending*; at once, within `call`, where it is [`None`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scripted {
    pub(crate) after: Option<usize>,
    pub(crate) answer: Answer,
}

impl Scripted {
    fn decide(self) -> Result<()> {
        match self.answer {
            Answer::Ok => Ok(()),
            Answer::Error(kind) => Err(Error::new(kind, "as the script says")),
            Answer::Panic => panic!("as the script says"),
        }
    }

    async fn pause(self) -> Result<()> {
        for _ in 0..self.after.unwrap_or(0) {
            pause().await;
        }
        self.decide()
    }
}

/// Pending once.
pub(crate) async fn pause() {
    let mut polled = false;
    poll_fn(|_| if std::mem::replace(&mut polled, true) { Poll::Ready(()) } else { Poll::Pending }).await;
}

fn meta(key: Key) -> ObjectMeta {
    ObjectMeta::new(key, CONTENT.len() as u64)
}

fn fetched(key: Key) -> Fetched {
    Fetched::new(meta(key), 0..CONTENT.len() as u64, GetBody::from_bytes(Bytes::from_static(CONTENT.as_bytes())))
}

impl Adapter for Scripted {
    fn name(&self) -> &str {
        "scripted"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::all()
    }

    async fn put(&self, mut op: Put) -> Result<Stored> {
        // All but the last chunk are read before the pause, so that a drop finds it half read.
        let first = op.body.next().await.transpose()?;
        self.pause().await?;
        let mut size = first.map_or(0, |chunk| chunk.len());
        while let Some(chunk) = op.body.next().await.transpose()? {
            size += chunk.len();
        }
        Ok(Stored::new(ObjectMeta::new(op.key, size as u64)))
    }

    async fn get(&self, op: Get) -> Result<Fetched> {
        self.pause().await?;
        Ok(fetched(op.key))
    }

    async fn head(&self, op: Head) -> Result<ObjectMeta> {
        self.pause().await?;
        Ok(meta(op.key))
    }

    async fn delete(&self, _: Delete) -> Result<Deleted> {
        self.pause().await?;
        Ok(Deleted::new(Some(true)))
    }

    fn answer_now(&self, op: Op) -> Result<Result<Reply>, Op> {
        if self.after.is_some() {
            return Err(op);
        }
        Ok(match op {
            Op::Put(op) if op.body.as_bytes().is_some() => {
                self.decide().map(|()| Reply::Put(Stored::new(meta(op.key))))
            }
            Op::Get(op) => self.decide().map(|()| Reply::Get(fetched(op.key))),
            Op::Head(op) => self.decide().map(|()| Reply::Head(meta(op.key))),
            Op::Delete(_) => self.decide().map(|()| Reply::Delete(Deleted::new(Some(true)))),
            other => return Err(other),
        })
    }
}

pub(crate) fn key() -> Key {
    Key::new("a/b.txt").expect("valid")
}

/// A body that streams [`CONTENT`] in two chunks, with a pause between.
pub(crate) fn streamed() -> PutBody {
    let (first, second) = CONTENT.split_at(4);
    let chunks = futures_util::stream::unfold(0, move |position| async move {
        let chunk = match position {
            0 => first,
            1 => {
                pause().await;
                second
            }
            _ => return None,
        };
        Some((Ok::<_, Error>(Bytes::from_static(chunk.as_bytes())), position + 1))
    });
    PutBody::from_stream(chunks)
}

/// Makes a request, because one can be sent only once.
pub(crate) type Make = fn() -> Request;

/// The operations under test, by the name of their event.
pub(crate) const OPERATIONS: [(&str, Make); 5] = [
    ("buckets.adapter.put", || request(Put::new(key(), CONTENT).with_condition(Condition::if_absent()))),
    ("buckets.adapter.put", || request(Put::new(key(), streamed()).with_condition(Condition::if_absent()))),
    ("buckets.adapter.get", || request(Get::new(key()).with_condition(Condition::if_exists()))),
    ("buckets.adapter.head", || request(Head::new(key()))),
    ("buckets.adapter.delete", || request(Delete::new(key()))),
];

fn request(op: impl Operation) -> Request {
    Request::new(op)
}

/// What the operation counts as an answer.
pub(crate) fn expected_error(request: &Request) -> Option<ErrorKind> {
    match &request.op {
        Op::Head(_) => Some(ErrorKind::NotFound),
        Op::Put(_) | Op::Get(_) => Some(ErrorKind::PreconditionFailed),
        _ => None,
    }
}

/// The adapter below the layer under test.
pub(crate) fn stack(script: Scripted) -> Telemetry<Backend<Scripted>> {
    TelemetryLayer::new().layer(Backend::new(script))
}

/// Gives `request` the dispatcher of `capture`.
pub(crate) fn of(capture: &Capture, mut request: Request) -> Request {
    request.context.scope = Scope::new(capture.dispatcher(), "cloud", "scripted");
    request
}

pub(crate) fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Polls to the end; none of the futures here waits for anything but the next poll.
pub(crate) fn finish<F: Future>(mut future: Pin<&mut F>) -> F::Output {
    for _ in 0..1000 {
        if let Poll::Ready(output) = poll_once(future.as_mut()) {
            return output;
        }
    }
    panic!("the future does not end");
}

/// Reads the body, if there is one, to its end.
pub(crate) fn read_to_end(response: Response) -> Result<()> {
    match response.reply {
        Reply::Get(fetched) => finish(std::pin::pin!(fetched.body.collect(1000))).map(drop),
        _ => Ok(()),
    }
}

/// Runs code that must panic.
pub(crate) fn panics(code: impl FnOnce()) {
    catch_unwind(AssertUnwindSafe(code)).expect_err("a panic");
}

/// Checks that exactly one `name` began and that it ended so, with so many bytes.
#[track_caller]
pub(crate) fn assert_told(capture: &Capture, name: &str, outcome: Outcome, what: &str) {
    capture.assert_conserved();
    let events = capture.named(name);
    let [start, end] = &events[..] else { panic!("{what}: {events:#?}") };
    assert_eq!(start.stage, Stage::Start, "{what}");
    assert_eq!((end.stage, end.outcome, end.kind), (outcome.stage(), Some(outcome), outcome.kind()), "{what}");
    assert_eq!(start.span_id, end.span_id, "{what}");
    assert!(end.duration.is_some(), "{what}");
}
