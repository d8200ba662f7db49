use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use buckets::adapter::{Backend, Memory};
use buckets::body::GetBody;
use buckets::operation::{ByteRange, Condition, Fetched, Head, Op, Put, Reply, Request, Response};
use buckets::{Checksum, Error, ErrorKind, Result};
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use http_body::Frame;
use http_body_util::StreamBody;
use tower::{Service, ServiceExt};

use super::key;

/// A store in memory whose calls go wrong as told. Clones are the same store.
#[derive(Clone)]
pub(crate) struct Flaky {
    store: Backend<Memory>,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Default)]
struct Shared {
    behaviours: VecDeque<Behaviour>,
    calls: Vec<Call>,
}

/// What was asked for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Call {
    pub(crate) operation: &'static str,
    pub(crate) attempt: u32,
    pub(crate) range: Option<ByteRange>,
    pub(crate) condition: Condition,
}

/// What becomes of a call.
#[derive(Clone, Debug)]
pub(crate) enum Behaviour {
    Well,
    /// Nothing is done.
    Fails(ErrorKind),
    Asks(ErrorKind, std::time::Duration),
    /// It is done, and nobody hears of it.
    DoneAndFails(ErrorKind),
    /// The body streams, and breaks off after so many bytes: with an error, or as if it were all.
    Breaks(usize, Option<ErrorKind>),
    Never,
}

impl Flaky {
    pub(crate) fn new(behaviours: impl IntoIterator<Item = Behaviour>) -> Self {
        let flaky = Self { store: Backend::new(Memory::new()), shared: Arc::default() };
        flaky.next_calls(behaviours);
        flaky
    }

    /// With an object in it.
    pub(crate) async fn holding(content: impl Into<Bytes>, behaviours: impl IntoIterator<Item = Behaviour>) -> Self {
        let flaky = Self::new(behaviours);
        flaky.replace(content).await;
        flaky
    }

    pub(crate) fn next_calls(&self, behaviours: impl IntoIterator<Item = Behaviour>) {
        self.shared.lock().expect("no panic").behaviours.extend(behaviours);
    }

    /// Stores an object past all that goes wrong.
    pub(crate) async fn replace(&self, content: impl Into<Bytes>) {
        let put = Put::new(key(), content.into());
        self.store.clone().oneshot(Request::new(put)).await.expect("memory takes it");
    }

    pub(crate) fn calls(&self) -> Vec<Call> {
        self.shared.lock().expect("no panic").calls.clone()
    }

    pub(crate) fn operations(&self) -> Vec<&'static str> {
        self.calls().iter().map(|call| call.operation).collect()
    }

    /// The checksum of what is stored, if there is something.
    pub(crate) async fn stored(&self) -> Option<Checksum> {
        match self.store.clone().oneshot(Request::new(Head::new(key()))).await.ok()?.reply {
            Reply::Head(meta) => meta.checksum,
            other => panic!("{other:?}"),
        }
    }
}

impl Service<Request> for Flaky {
    type Response = Response;
    type Error = Error;
    type Future = BoxFuture<'static, Result<Response>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let (range, condition) = match &request.op {
            Op::Get(get) => (get.range, get.condition.clone()),
            Op::Put(put) => (None, put.condition.clone()),
            _ => (None, Condition::none()),
        };
        let call = Call { operation: request.op.name(), attempt: request.context.attempt, range, condition };
        let behaviour = {
            let mut shared = self.shared.lock().expect("no panic");
            shared.calls.push(call);
            shared.behaviours.pop_front().unwrap_or(Behaviour::Well)
        };
        let store = self.store.clone();
        let error = |kind| Error::new(kind, "as told");
        Box::pin(async move {
            match behaviour {
                Behaviour::Well => store.oneshot(request).await,
                Behaviour::Fails(kind) => Err(error(kind)),
                Behaviour::Asks(kind, wait) => Err(error(kind).with_retry_after(wait)),
                Behaviour::DoneAndFails(kind) => {
                    store.oneshot(request).await?;
                    Err(error(kind))
                }
                Behaviour::Breaks(after, kind) => break_off(store.oneshot(request).await?, after, kind).await,
                Behaviour::Never => std::future::pending().await,
            }
        })
    }
}

/// The same answer with a body that streams byte by byte, and not to its end.
async fn break_off(answer: Response, after: usize, kind: Option<ErrorKind>) -> Result<Response> {
    let Reply::Get(Fetched { meta, range, body, .. }) = answer.reply else { panic!("only a get has a body") };
    let content = body.collect(u64::MAX).await?;
    let bytes: Vec<_> = content.iter().take(after).map(|byte| Ok(Bytes::copy_from_slice(&[*byte]))).collect();
    let end = kind.map(|kind| Err(Error::new(kind, "as told")));
    let frames = futures_util::stream::iter(bytes.into_iter().chain(end)).map(|chunk| chunk.map(Frame::data));
    Ok(Response::new(Reply::Get(Fetched::new(meta, range, GetBody::from_body(StreamBody::new(frames))))))
}
