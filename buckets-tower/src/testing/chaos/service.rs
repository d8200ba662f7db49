use std::fmt;
use std::task::{Context, Poll};

use buckets::Error;
use buckets::body::PutBody;
use buckets::operation::{Op, Request, Response};
use tower_service::Service;

use super::body::{Faulty, Spot};
use super::dice::Dice;
use super::future::After;
use super::{ChaosFuture, ChaosLayer, Fault};

/// A store whose calls go wrong; made by [`ChaosLayer`](super::ChaosLayer).
#[derive(Clone)]
pub struct Chaos<S> {
    inner: S,
    chaos: ChaosLayer,
}

impl<S> Chaos<S> {
    pub(super) const fn new(inner: S, chaos: ChaosLayer) -> Self {
        Self { inner, chaos }
    }
}

impl<S> Service<Request> for Chaos<S>
where
    S: Service<Request, Response = Response, Error: From<Error>>,
{
    type Response = Response;
    type Error = S::Error;
    type Future = ChaosFuture<S::Future, S::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let operation = request.op.name();
        let Some((fault, mut dice)) = self.chaos.next(&request.op) else {
            return ChaosFuture::running(self.inner.call(request), After::Nothing, operation);
        };
        let after = match fault {
            Fault::Error(kind) => return ChaosFuture::failing(kind, operation),
            Fault::Hang => return ChaosFuture::hanging(operation),
            Fault::Panic => return ChaosFuture::panicking(operation),
            Fault::AnswerLost(kind) => After::Lost(kind),
            Fault::Latency(least, most) => After::Late(least + most.saturating_sub(least).mul_f64(dice.ratio())),
            _ => match &mut request.op {
                Op::Put(op) => {
                    let body = std::mem::take(&mut op.body);
                    op.body = spoil(body, fault, &mut dice);
                    After::Nothing
                }
                _ => After::Content(fault, dice),
            },
        };
        ChaosFuture::running(self.inner.call(request), after, operation)
    }
}

fn spoil(body: PutBody, fault: Fault, dice: &mut Dice) -> PutBody {
    let spot = Spot::within(body.remaining(), fault, dice);
    body.map_content(|content| Faulty::new(content, spot))
}

impl<S: fmt::Debug> fmt::Debug for Chaos<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chaos").field("inner", &self.inner).field("chaos", &self.chaos).finish()
    }
}
