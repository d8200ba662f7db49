use std::fmt;
use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tower_service::Service;

use super::Adapter;
use crate::error::{Error, Result};
use crate::operation::{Op, Reply, Request, Response};

/// An [`Adapter`] as the bottom of a stack: a tower service that is always ready.
///
/// Clones share the adapter. A call costs one box, unless the adapter answers at once.
pub struct Backend<A>(Arc<A>);

impl<A: Adapter> Backend<A> {
    /// Makes a service of `adapter`.
    pub fn new(adapter: A) -> Self {
        Self(Arc::new(adapter))
    }

    /// The adapter.
    pub fn adapter(&self) -> &Arc<A> {
        &self.0
    }
}

impl<A: Adapter> Service<Request> for Backend<A> {
    type Response = Response;
    type Error = Error;
    type Future = BackendFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> BackendFuture {
        let name = request.op.name();
        let answer = move |reply: Result<Reply>| match reply {
            Ok(reply) => Ok(Response::new(reply)),
            Err(error) => Err(error.with_operation(name)),
        };
        match self.0.answer_now(request.op) {
            Ok(reply) => BackendFuture(Answer::Now(ready(answer(reply)))),
            Err(op) => {
                let adapter = Arc::clone(&self.0);
                BackendFuture(Answer::Later(Box::pin(async move { answer(perform(&*adapter, op).await) })))
            }
        }
    }
}

async fn perform<A: Adapter>(adapter: &A, op: Op) -> Result<Reply> {
    Ok(match op {
        Op::Put(op) => Reply::Put(adapter.put(op).await?),
        Op::Get(op) => Reply::Get(adapter.get(op).await?),
        Op::Head(op) => Reply::Head(adapter.head(op).await?),
        Op::Delete(op) => Reply::Delete(adapter.delete(op).await?),
        Op::Copy(op) => Reply::Copy(adapter.copy(op).await?),
        Op::List(op) => Reply::List(adapter.list(op).await?),
        Op::Sign(op) => Reply::Sign(adapter.sign(op).await?),
        Op::Custom(op) => Reply::Custom(adapter.custom(op).await?),
    })
}

impl<A> Clone for Backend<A> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<A: Adapter> fmt::Debug for Backend<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Backend").field(&self.0.name()).finish()
    }
}

/// The future of [`Backend`].
#[must_use = "futures do nothing unless polled"]
pub struct BackendFuture(Answer);

#[allow(
    clippy::large_enum_variant,
    reason = "boxing the answer would cost the allocation that answering at once saves"
)]
enum Answer {
    Now(Ready<Result<Response>>),
    Later(Pin<Box<dyn Future<Output = Result<Response>> + Send>>),
}

impl Future for BackendFuture {
    type Output = Result<Response>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.0 {
            Answer::Now(answer) => Pin::new(answer).poll(context),
            Answer::Later(answer) => answer.as_mut().poll(context),
        }
    }
}

impl fmt::Debug for BackendFuture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BackendFuture")
    }
}
