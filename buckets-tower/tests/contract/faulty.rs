//! A layer with one fault.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker, ready};

use buckets::body::{BodyEnd, BodyObserver, BoxBody, GetBody};
use buckets::operation::{Reply, Request, Response};
use buckets::{Error, ErrorKind, Key, Result};
use buckets_tower::testing::{Probe, ProbeFuture};
use futures_util::FutureExt;
use http_body_util::BodyExt;
use tokio::sync::Semaphore;
use tower::Service;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fault {
    ClonesInCall,
    InheritsReadiness,
    TakesPermitWhenReady,
    LosesWaker,
    IgnoresReadiness,
    ErasesKind,
    LosesExtensions,
    AnswersLatestKey,
    Spawns,
    LosesPermitOfDroppedCall,
    LosesPermitOfDroppedBody,
    ReadsAhead,
    ErasesKindOfBody,
    KeepsBody,
    CatchesPanics,
}

impl Fault {
    pub(crate) const ALL: [Self; 15] = [
        Self::ClonesInCall,
        Self::InheritsReadiness,
        Self::TakesPermitWhenReady,
        Self::LosesWaker,
        Self::IgnoresReadiness,
        Self::ErasesKind,
        Self::LosesExtensions,
        Self::AnswersLatestKey,
        Self::Spawns,
        Self::LosesPermitOfDroppedCall,
        Self::LosesPermitOfDroppedBody,
        Self::ReadsAhead,
        Self::ErasesKindOfBody,
        Self::KeepsBody,
        Self::CatchesPanics,
    ];

    /// The rules that it breaks, among others.
    pub(crate) fn breaks(self) -> &'static [&'static str] {
        match self {
            Self::ClonesInCall => &["readiness.is_asked_for_before_each_call"],
            Self::InheritsReadiness => &["readiness.is_not_inherited_by_clones"],
            Self::TakesPermitWhenReady => {
                &["readiness.may_be_asked_for_twice", "readiness.is_given_back_when_not_used"]
            }
            Self::LosesWaker | Self::IgnoresReadiness => &["readiness.is_waited_for"],
            Self::ErasesKind => &["readiness.errors_keep_their_kind", "answers.errors_keep_their_kind"],
            Self::LosesExtensions => &["answers.extensions_go_down_and_up"],
            Self::AnswersLatestKey => &["calls.do_not_mix", "answers.are_those_of_the_service_below"],
            Self::Spawns => &["calls.that_are_dropped_are_dropped_below"],
            Self::LosesPermitOfDroppedCall => {
                &["calls.that_are_dropped_take_nothing_with_them", "panics.take_nothing_with_them"]
            }
            Self::LosesPermitOfDroppedBody => &["bodies.that_are_dropped_take_nothing_with_them"],
            Self::ReadsAhead => &["bodies.are_not_read_ahead"],
            Self::ErasesKindOfBody => &["bodies.errors_keep_their_kind"],
            Self::KeepsBody => &["bodies.that_are_dropped_are_dropped_below"],
            Self::CatchesPanics => &["panics.pass_through"],
        }
    }
}

/// How many calls at once the faults with permits allow.
const PERMITS: usize = 8;

#[derive(Clone)]
pub(crate) struct Faulty {
    inner: Probe,
    fault: Option<Fault>,
    is_ready: bool,
    permits: Arc<Semaphore>,
    latest: Arc<Mutex<Option<Key>>>,
}

impl Faulty {
    pub(crate) fn new(inner: Probe, fault: Option<Fault>) -> Self {
        Self { inner, fault, is_ready: false, permits: Arc::new(Semaphore::new(PERMITS)), latest: Arc::default() }
    }

    fn has(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }
}

impl Service<Request> for Faulty {
    type Response = Response;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<()>> {
        match self.fault {
            Some(Fault::IgnoresReadiness) => return Poll::Ready(Ok(())),
            Some(Fault::InheritsReadiness) if self.is_ready => return Poll::Ready(Ok(())),
            Some(Fault::LosesWaker) => return self.inner.poll_ready(&mut Context::from_waker(Waker::noop())),
            Some(Fault::TakesPermitWhenReady) => match self.permits.try_acquire() {
                Ok(permit) => permit.forget(),
                Err(_) => return Poll::Pending,
            },
            _ => {}
        }
        let ready = ready!(self.inner.poll_ready(context));
        self.is_ready = true;
        Poll::Ready(if self.has(Fault::ErasesKind) { ready.map_err(erase) } else { ready })
    }

    fn call(&mut self, request: Request) -> Self::Future {
        self.is_ready = false;
        *self.latest.lock().expect("no panic") = request.op.key().cloned();
        let below =
            if self.has(Fault::ClonesInCall) { self.inner.clone().call(request) } else { self.inner.call(request) };
        let this = self.clone();
        Box::pin(async move { this.finish(below).await })
    }
}

impl Faulty {
    async fn finish(self, below: ProbeFuture) -> Result<Response> {
        let result = match self.fault {
            Some(Fault::ErasesKind) => below.await.map_err(erase),
            Some(Fault::Spawns) => tokio::spawn(below).await.expect("no panic"),
            Some(Fault::CatchesPanics) => {
                AssertUnwindSafe(below).catch_unwind().await.unwrap_or_else(|_| Err(Error::invalid("it panicked")))
            }
            Some(Fault::LosesPermitOfDroppedCall | Fault::LosesPermitOfDroppedBody) => {
                let permit = self.permits.acquire().await.expect("never closed");
                if self.has(Fault::LosesPermitOfDroppedCall) {
                    permit.forget();
                    let result = below.await;
                    self.permits.add_permits(1);
                    result
                } else {
                    below.await
                }
            }
            _ => below.await,
        };
        let mut response = result?;
        match self.fault {
            Some(Fault::TakesPermitWhenReady) => self.permits.add_permits(1),
            Some(Fault::LosesExtensions) => response.extensions.clear(),
            _ => {}
        }
        match &mut response.reply {
            Reply::Head(meta) if self.has(Fault::AnswersLatestKey) => {
                meta.key = self.latest.lock().expect("no panic").clone().expect("a call was made");
            }
            Reply::Get(fetched) if self.has(Fault::AnswersLatestKey) => fetched.meta.key = Key::new("other")?,
            Reply::Get(fetched) => {
                let body = std::mem::replace(&mut fetched.body, GetBody::from_bytes(Default::default()));
                fetched.body = self.spoil(body).await?;
            }
            _ => {}
        }
        Ok(response)
    }

    async fn spoil(&self, mut body: GetBody) -> Result<GetBody> {
        Ok(match self.fault {
            Some(Fault::ReadsAhead) => GetBody::from_bytes(body.collect(1000).await?),
            Some(Fault::ErasesKindOfBody) => body.map_content(|content| content.map_err(erase)),
            Some(Fault::KeepsBody) => body.map_content(Kept::new),
            Some(Fault::LosesPermitOfDroppedBody) => {
                self.permits.acquire().await.expect("never closed").forget();
                body.observe(Box::new(ReleasedAtTheEnd(Arc::clone(&self.permits))));
                body
            }
            _ => body,
        })
    }
}

fn erase(_: Error) -> Error {
    Error::new(ErrorKind::Other, "something went wrong")
}

struct ReleasedAtTheEnd(Arc<Semaphore>);

impl BodyObserver for ReleasedAtTheEnd {
    fn chunk(&mut self, _: usize) {}

    fn end(self: Box<Self>, end: BodyEnd<'_>) {
        if matches!(end, BodyEnd::Complete) {
            self.0.add_permits(1);
        }
    }
}

/// Is not dropped with what it is part of.
struct Kept(&'static Mutex<BoxBody>);

impl Kept {
    fn new(body: BoxBody) -> Self {
        Self(Box::leak(Box::new(Mutex::new(body))))
    }
}

impl http_body::Body for Kept {
    type Data = bytes::Bytes;
    type Error = Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<bytes::Bytes>>>> {
        Pin::new(&mut *self.0.lock().expect("no panic")).poll_frame(context)
    }
}
