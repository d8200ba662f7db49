//! What befalls calls of a store: as the script says, one after the other.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use buckets::body::{BoxBody, GetBody};
use buckets::operation::{Reply, Request, Response};
use buckets::store::Store;
use buckets::{BoxError, Error, ErrorKind};
use bytes::Bytes;
use futures_util::stream;
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use tower::{Layer, Service};

/// What befalls one call.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fate {
    /// The store answers after this time.
    After(Duration),
    /// The call fails after this time; the store asks to wait this long before another attempt.
    Fails(Duration, ErrorKind, Duration),
    /// The store answers after the first time, and the content breaks off in the middle; to wait as above.
    BreaksOff(Duration, Duration),
}

/// The fates of a store's next calls. What comes when there is none is answered at once.
#[derive(Clone, Debug, Default)]
pub(super) struct Fates(Arc<Mutex<VecDeque<Fate>>>);

impl Fates {
    pub(super) fn next(&self, fates: impl IntoIterator<Item = Fate>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(fates);
    }

    fn take(&self) -> Fate {
        let next = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        next.unwrap_or(Fate::After(Duration::ZERO))
    }
}

impl<S> Layer<S> for Fates {
    type Service = Fated<S>;

    fn layer(&self, store: S) -> Fated<S> {
        Fated { store, fates: self.clone() }
    }
}

/// A store with fates.
#[derive(Clone, Debug)]
pub(super) struct Fated<S> {
    store: S,
    fates: Fates,
}

impl<S: Store> Service<Request> for Fated<S>
where
    S::Error: Into<BoxError>,
{
    type Response = Response;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.store.poll_ready(context).map_err(|error| Error::from_boxed(error.into()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let fate = self.fates.take();
        let answer = self.store.call(request);
        Box::pin(async move {
            let (Fate::After(time) | Fate::Fails(time, ..) | Fate::BreaksOff(time, _)) = fate;
            tokio::time::sleep(time).await;
            if let Fate::Fails(_, kind, wait) = fate {
                return Err(failure(kind, wait));
            }
            let mut response = answer.await.map_err(|error| Error::from_boxed(error.into()))?;
            if let (Fate::BreaksOff(_, wait), Reply::Get(fetched)) = (fate, &mut response.reply) {
                let body = std::mem::replace(&mut fetched.body, GetBody::from_bytes(Bytes::new()));
                fetched.body = body.map_content(|content| broken(content, wait));
            }
            Ok(response)
        })
    }
}

fn failure(kind: ErrorKind, wait: Duration) -> Error {
    Error::new(kind, "as the script says").with_retry_after(wait)
}

/// The first half of the content, and then an error.
fn broken(mut content: BoxBody, wait: Duration) -> BoxBody {
    let half = async move {
        let first = content.frame().await.and_then(Result::ok).and_then(|frame| frame.into_data().ok());
        let mut first = first.unwrap_or_default();
        first.truncate(first.len() / 2);
        Ok(Frame::data(first))
    };
    let end = async move { Err(failure(ErrorKind::Unavailable, wait)) };
    BoxBody::new(StreamBody::new(stream::StreamExt::chain(stream::once(half), stream::once(end))))
}
