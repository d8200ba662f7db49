use buckets::body::{BodyEnd, BodyObserver};
use buckets::operation::{Reply, Response};

/// Says how long a call goes on when it has been answered.
pub trait Hold<T> {
    /// Keeps `guard` for as long as the call goes on, and drops it then.
    fn hold<G: Send + 'static>(&self, answer: &mut T, guard: G);
}

/// A call whose answer has a body goes on until the body ends, fails or is dropped.
#[derive(Clone, Copy, Debug, Default)]
pub struct UntilBodyEnds;

/// A call ends with its answer.
#[derive(Clone, Copy, Debug, Default)]
pub struct UntilAnswered;

impl Hold<Response> for UntilBodyEnds {
    fn hold<G: Send + 'static>(&self, answer: &mut Response, guard: G) {
        if let Reply::Get(fetched) = &mut answer.reply {
            fetched.body.observe(Box::new(Held(guard)));
        }
    }
}

impl<T> Hold<T> for UntilAnswered {
    fn hold<G: Send + 'static>(&self, _: &mut T, guard: G) {
        drop(guard);
    }
}

struct Held<G>(G);

impl<G: Send> BodyObserver for Held<G> {
    fn chunk(&mut self, _: usize) {}

    fn end(self: Box<Self>, _: BodyEnd<'_>) {}
}
