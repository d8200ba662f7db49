use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// So many permits, given out in the order in which they were asked for.
///
/// Of our own because a waiter for tokio's semaphore has no name: it would cost a box for each wait.
pub(super) struct Gate {
    state: Mutex<State>,
}

struct State {
    free: usize,
    next: u64,
    /// Who waits, by a number that grows. Who is not in it any more has been given a permit.
    waiting: VecDeque<(u64, Waker)>,
}

/// Whether there is room.
pub(super) enum Room {
    Now(Permit),
    Later(Turn),
    /// So many wait already.
    None,
}

/// A permit, given back when dropped.
pub struct Permit(Arc<Gate>);

/// A place in the queue, given up when dropped; a future of the [`Permit`].
#[must_use = "futures do nothing unless polled"]
pub struct Turn {
    gate: Arc<Gate>,
    number: Option<u64>,
}

impl Gate {
    pub(super) fn new(permits: usize) -> Arc<Self> {
        Arc::new(Self { state: Mutex::new(State { free: permits, next: 0, waiting: VecDeque::new() }) })
    }

    /// Takes a permit, or a place in the queue unless it has `max_waiting`.
    pub(super) fn enter(self: &Arc<Self>, max_waiting: usize) -> Room {
        let mut state = self.state();
        // Where there is a free one nobody waits.
        if let Some(free) = state.free.checked_sub(1) {
            state.free = free;
            return Room::Now(Permit(Arc::clone(self)));
        }
        if state.waiting.len() >= max_waiting {
            return Room::None;
        }
        let number = state.next;
        state.next += 1;
        state.waiting.push_back((number, Waker::noop().clone()));
        Room::Later(Turn { gate: Arc::clone(self), number: Some(number) })
    }

    pub(super) fn free(&self) -> usize {
        self.state().free
    }

    pub(super) fn waiting(&self) -> usize {
        self.state().waiting.len()
    }

    fn give_back(&self) {
        let next = {
            let mut state = self.state();
            let next = state.waiting.pop_front();
            if next.is_none() {
                state.free += 1;
            }
            next
        };
        if let Some((_, waker)) = next {
            waker.wake();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.give_back();
    }
}

impl Future for Turn {
    type Output = Permit;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Permit> {
        let Some(number) = self.number else { panic!("polled after it was ready") };
        let before = {
            let mut state = self.gate.state();
            let place = state.waiting.binary_search_by_key(&number, |(number, _)| *number);
            place.ok().map(|place| std::mem::replace(&mut state.waiting[place].1, context.waker().clone()))
        };
        // Dropped here and not under the lock: a waker may be the last to hold a task, and that a permit.
        if before.is_some() {
            return Poll::Pending;
        }
        self.number = None;
        Poll::Ready(Permit(Arc::clone(&self.gate)))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let Some(number) = self.number else { return };
        let place = {
            let mut state = self.gate.state();
            let place = state.waiting.binary_search_by_key(&number, |(number, _)| *number);
            place.map(|place| state.waiting.remove(place))
        };
        // A permit that was given and not taken goes to the next.
        if place.is_err() {
            self.gate.give_back();
        }
    }
}

impl fmt::Debug for Permit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Permit")
    }
}

impl fmt::Debug for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Turn")
    }
}
