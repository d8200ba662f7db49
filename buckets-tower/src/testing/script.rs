use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use buckets::{Error, ErrorKind, Result};
use bytes::Bytes;

/// What a [`Probe`](super::Probe) is to do, and what it has seen. Clones are the same script.
///
/// Unless told otherwise a probe is ready and gives every call a good answer at once.
#[derive(Clone, Default)]
pub struct Script(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    calls: AtomicUsize,
    in_flight: Arc<AtomicUsize>,
    bodies: Arc<AtomicUsize>,
}

#[derive(Default)]
struct State {
    readiness: Readiness,
    next: VecDeque<Answer>,
    otherwise: Answer,
    pauses: usize,
    wakers: Vec<Waker>,
    stored: Option<Bytes>,
    broken: Vec<&'static str>,
}

/// What a probe says when asked whether it is ready.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Readiness {
    /// It is.
    #[default]
    Ready,
    /// Not yet; whoever asked is woken when that changes.
    Pending,
    /// Never again.
    Failed(ErrorKind),
}

/// What a probe makes of a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answer {
    /// What was asked for; of a get the content [`Script::CONTENT`] in two chunks.
    #[default]
    Ok,
    /// An error of this kind.
    Error(ErrorKind),
    /// Nothing, ever.
    Never,
    /// A panic before there is a future.
    PanicInCall,
    /// A panic in the future.
    PanicInPoll,
    /// Of a get, a body that fails with this kind behind its first chunk; else an error of this kind.
    BodyError(ErrorKind),
    /// Of a get, a body of which no second chunk comes; else nothing, ever.
    BodyNever,
    /// Of a get, a body that panics behind its first chunk; else a panic in the future.
    BodyPanic,
}

impl Script {
    /// The content of every object, and its two chunks one behind the other.
    pub const CONTENT: &'static str = "0123456789";
    /// How many bytes of it the first chunk has.
    pub const FIRST_CHUNK: usize = 4;

    /// Sets what is said of readiness from now on, and wakes who waits for it.
    pub fn readiness(&self, readiness: Readiness) {
        let wakers = {
            let mut state = self.state();
            state.readiness = readiness;
            std::mem::take(&mut state.wakers)
        };
        wakers.into_iter().for_each(Waker::wake);
    }

    /// Gives calls these answers, one each, and then those of [`otherwise`](Self::otherwise) again.
    pub fn next(&self, answers: impl IntoIterator<Item = Answer>) {
        self.state().next.extend(answers);
    }

    /// Gives this answer to all calls for which there is no other.
    pub fn otherwise(&self, answer: Answer) {
        self.state().otherwise = answer;
    }

    /// Lets each future say *pending*, and wake its task at once, so many times before it answers.
    pub fn pauses(&self, polls: usize) {
        self.state().pauses = polls;
    }

    /// How often a probe was called.
    pub fn calls(&self) -> usize {
        self.0.calls.load(Ordering::Relaxed)
    }

    /// How many futures there are that have neither answered nor been dropped.
    pub fn in_flight(&self) -> usize {
        self.0.in_flight.load(Ordering::Relaxed)
    }

    /// How many bodies there are that have neither ended nor been dropped.
    pub fn bodies(&self) -> usize {
        self.0.bodies.load(Ordering::Relaxed)
    }

    /// The content of the latest put.
    pub fn stored(&self) -> Option<Bytes> {
        self.state().stored.clone()
    }

    /// How tower's contract was broken, in the order in which it was.
    pub fn broken(&self) -> Vec<&'static str> {
        self.state().broken.clone()
    }

    pub(super) fn poll_ready(&self, context: &mut Context<'_>) -> Poll<Result<()>> {
        let mut state = self.state();
        match state.readiness {
            Readiness::Ready => Poll::Ready(Ok(())),
            Readiness::Failed(kind) => Poll::Ready(Err(Error::new(kind, "the probe is out of order"))),
            Readiness::Pending => {
                if !state.wakers.iter().any(|waker| waker.will_wake(context.waker())) {
                    state.wakers.push(context.waker().clone());
                }
                Poll::Pending
            }
        }
    }

    /// Takes note of a call, and says how to answer it and after how many polls.
    pub(super) fn called(&self) -> (Answer, usize, Alive) {
        self.0.calls.fetch_add(1, Ordering::Relaxed);
        let mut state = self.state();
        let answer = state.next.pop_front().unwrap_or(state.otherwise);
        (answer, state.pauses, Alive::new(&self.0.in_flight))
    }

    pub(super) fn body(&self) -> Alive {
        Alive::new(&self.0.bodies)
    }

    pub(super) fn store(&self, content: Bytes) {
        self.state().stored = Some(content);
    }

    /// Takes note of a breach of contract.
    pub(super) fn broke(&self, what: &'static str) {
        self.state().broken.push(what);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts for as long as it is there.
#[derive(Debug)]
pub(super) struct Alive(Arc<AtomicUsize>);

impl Alive {
    fn new(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(count))
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Script")
            .field("calls", &self.calls())
            .field("in_flight", &self.in_flight())
            .field("bodies", &self.bodies())
            .finish_non_exhaustive()
    }
}
