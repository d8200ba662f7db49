use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use buckets::body::{GetBody, PutBody};
use buckets::operation::{Deleted, Fetched, ObjectMeta, Op, Page, Reply, Request, Response, Stored};
use buckets::{Error, Key, Result};
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use tower_service::Service;

use super::script::{Alive, Answer, Script};

/// A store that does what its [`Script`] says, and holds what is above it to tower's contract.
///
/// It must have been made ready, itself and not the one it was cloned from, before each call; else
/// it panics, and the script tells. What the request has in its extensions is in those of the
/// response, which a layer must pass on too. It answers puts (whose content it reads), gets, heads,
/// deletes, copies and lists, and has no other operation.
#[derive(Debug, Default)]
pub struct Probe {
    script: Script,
    is_ready: bool,
}

impl Probe {
    /// A probe that does what `script` says.
    pub fn new(script: &Script) -> Self {
        Self { script: script.clone(), is_ready: false }
    }

    /// What it does.
    pub fn script(&self) -> &Script {
        &self.script
    }
}

impl Clone for Probe {
    /// Another one, which is not ready.
    fn clone(&self) -> Self {
        Self::new(&self.script)
    }
}

impl Service<Request> for Probe {
    type Response = Response;
    type Error = Error;
    type Future = ProbeFuture;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<()>> {
        let polled = self.script.poll_ready(context);
        self.is_ready = matches!(polled, Poll::Ready(Ok(())));
        polled
    }

    fn call(&mut self, request: Request) -> ProbeFuture {
        if !std::mem::take(&mut self.is_ready) {
            self.script.broke("called without having been made ready");
            panic!("a probe was called without having been made ready");
        }
        let (answer, pauses, alive) = self.script.called();
        if answer == Answer::PanicInCall {
            drop(alive);
            panic();
        }
        ProbeFuture {
            call: Some(Call { request, content: BytesMut::new(), alive }),
            answer,
            pauses,
            script: self.script.clone(),
        }
    }
}

/// The future of [`Probe`].
#[must_use = "futures do nothing unless polled"]
pub struct ProbeFuture {
    call: Option<Call>,
    answer: Answer,
    pauses: usize,
    script: Script,
}

struct Call {
    request: Request,
    content: BytesMut,
    alive: Alive,
}

impl Future for ProbeFuture {
    type Output = Result<Response>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let Some(call) = &mut this.call else {
            this.script.broke("polled a future that had answered");
            panic!("the future of a probe was polled once it had answered");
        };
        if let Some(left) = this.pauses.checked_sub(1) {
            this.pauses = left;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let is_get = matches!(call.request.op, Op::Get(_));
        let answer = match this.answer {
            Answer::Never => return Poll::Pending,
            Answer::BodyNever if !is_get => return Poll::Pending,
            Answer::PanicInPoll => panic(),
            Answer::BodyPanic if !is_get => panic(),
            Answer::Error(kind) => Err(kind),
            Answer::BodyError(kind) if !is_get => Err(kind),
            _ => ready!(call.read(context)).map_err(|error| error.kind()),
        };
        let Some(Call { request, content, alive }) = this.call.take() else { unreachable!("it is there as above") };
        drop(alive);
        Poll::Ready(match answer {
            Ok(()) => this.script.reply(request, content.freeze(), this.answer),
            Err(kind) => Err(Error::new(kind, "as the script says").with_operation(request.op.name())),
        })
    }
}

impl Call {
    /// Reads the content of a put.
    fn read(&mut self, context: &mut Context<'_>) -> Poll<Result<()>> {
        let Op::Put(put) = &mut self.request.op else { return Poll::Ready(Ok(())) };
        loop {
            match ready!(std::pin::pin!(put.body.next()).poll(context)) {
                Some(chunk) => self.content.extend_from_slice(&chunk?),
                None => return Poll::Ready(Ok(())),
            }
        }
    }
}

impl Script {
    fn reply(&self, request: Request, content: Bytes, answer: Answer) -> Result<Response> {
        let Request { op, extensions, .. } = request;
        let reply = match op {
            Op::Put(op) => {
                let size = content.len() as u64;
                self.store(content);
                Reply::Put(Stored::new(ObjectMeta::new(op.key, size)))
            }
            Op::Get(op) => {
                let body = GetBody::from_body(PutBody::from_stream(self.stream(answer)));
                let meta = meta(op.key);
                Reply::Get(Fetched::new(meta, 0..Self::CONTENT.len() as u64, body))
            }
            Op::Head(op) => Reply::Head(meta(op.key)),
            Op::Delete(_) => Reply::Delete(Deleted::new(Some(true))),
            Op::Copy(op) => Reply::Copy(Stored::new(meta(op.destination))),
            Op::List(op) => {
                let key = Key::new(format!("{}object", op.prefix.as_str()))?;
                Reply::List(Page::new(vec![meta(key)], Vec::new(), None))
            }
            other => return Err(Error::unsupported(other.name())),
        };
        let mut response = Response::new(reply);
        response.extensions = extensions;
        Ok(response)
    }

    fn stream(&self, answer: Answer) -> impl Stream<Item = Result<Bytes>> + Send + use<> {
        let alive = self.body();
        let chunk = |text: &'static str| Ok(Bytes::from_static(text.as_bytes()));
        let (first, second) = Self::CONTENT.split_at(Self::FIRST_CHUNK);
        futures_util::stream::iter([chunk(first)]).chain(futures_util::stream::once(async move {
            let _alive = alive;
            match answer {
                Answer::BodyError(kind) => Err(Error::new(kind, "as the script says")),
                Answer::BodyNever => std::future::pending().await,
                Answer::BodyPanic => panic(),
                _ => chunk(second),
            }
        }))
    }
}

/// Panics without a message on standard error, because it is meant to.
pub(super) fn panic() -> ! {
    std::panic::resume_unwind(Box::new("as the script says"))
}

fn meta(key: Key) -> ObjectMeta {
    ObjectMeta::new(key, Script::CONTENT.len() as u64)
}

impl fmt::Debug for ProbeFuture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProbeFuture")
            .field("answer", &self.answer)
            .field("pauses", &self.pauses)
            .finish_non_exhaustive()
    }
}
