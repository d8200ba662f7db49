//! What handlers and the thread that sends have in common.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::Thread;
use std::time::{Duration, Instant};

use crossbeam_queue::ArrayQueue;

use super::own::{Own, OwnSeries};
use super::series::Series;
use super::stats::{Tally, add};
use crate::telemetry::{Event, Selector};

pub(super) struct Shared {
    pub(super) timings: ArrayQueue<Measured>,
    pub(super) tally: Tally,
    pub(super) own: Own,
    /// Series the sender has not seen yet.
    newcomers: Mutex<Vec<Newcomer>>,
    next_number: AtomicU32,
    /// Whether the sender was woken and has not looked yet.
    is_woken: AtomicBool,
    is_closed: AtomicBool,
    rounds: Rounds,
}

/// A series that is new.
pub(super) enum Newcomer {
    Event(Arc<Series>),
    Own(Arc<OwnSeries>),
}

/// How long one operation took, or another value that is sent by itself.
#[derive(Clone, Copy)]
pub(super) struct Measured {
    pub(super) series: u32,
    /// How many operations this one stands for.
    pub(super) weight: f32,
    /// Times in milliseconds.
    pub(super) value: f64,
}

/// The sender's rounds, for those who wait for one.
#[derive(Default)]
struct Rounds {
    wanted: AtomicU64,
    done: Mutex<u64>,
    advanced: Condvar,
}

impl Shared {
    pub(super) fn new(queue: usize, own: Own) -> Self {
        Self {
            timings: ArrayQueue::new(queue.max(1)),
            own,
            tally: Tally::default(),
            newcomers: Mutex::default(),
            next_number: AtomicU32::new(0),
            is_woken: AtomicBool::new(false),
            is_closed: AtomicBool::new(false),
            rounds: Rounds::default(),
        }
    }

    pub(super) fn new_series(&self, event: &Event<'_>, selectors: &[Selector]) -> Arc<Series> {
        let series = Arc::new(Series::new(self.next_number(), event, selectors, &self.own));
        lock(&self.newcomers).push(Newcomer::Event(Arc::clone(&series)));
        series
    }

    pub(super) fn new_own_series(&self, make: &dyn Fn(u32) -> Arc<OwnSeries>) -> Arc<OwnSeries> {
        let series = make(self.next_number());
        lock(&self.newcomers).push(Newcomer::Own(Arc::clone(&series)));
        series
    }

    fn next_number(&self) -> u32 {
        self.next_number.fetch_add(1, Ordering::Relaxed)
    }

    pub(super) fn take_newcomers(&self) -> Vec<Newcomer> {
        std::mem::take(&mut *lock(&self.newcomers))
    }

    /// Queues a time, if there is room; `sender` is woken early enough for there to be some as a rule.
    #[inline]
    pub(super) fn time(&self, measured: Measured, sender: &Thread) {
        if self.timings.push(measured).is_err() {
            add(&self.tally.queue_full, 1);
        }
        let is_half_full = self.timings.len() >= self.timings.capacity() / 2;
        if is_half_full && !self.is_woken.swap(true, Ordering::Relaxed) {
            sender.unpark();
        }
    }

    pub(super) fn close(&self) {
        self.is_closed.store(true, Ordering::Relaxed);
    }

    #[inline]
    pub(super) fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::Relaxed)
    }

    /// Has the sender do a whole round from now on; says whether it did so in time.
    pub(super) fn wait_for_round(&self, sender: &Thread, timeout: Duration) -> bool {
        let wanted = self.rounds.wanted.fetch_add(1, Ordering::SeqCst) + 1;
        sender.unpark();
        let until = Instant::now() + timeout;
        let mut done = lock(&self.rounds.done);
        while *done < wanted {
            let Some(left) = until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) else {
                return false;
            };
            done = self.rounds.advanced.wait_timeout(done, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    /// The round that is wanted; said before it begins, so that it covers all that came before.
    pub(super) fn begin_round(&self) -> u64 {
        self.is_woken.store(false, Ordering::SeqCst);
        self.rounds.wanted.load(Ordering::SeqCst)
    }

    pub(super) fn end_round(&self, round: u64) {
        *lock(&self.rounds.done) = round;
        self.rounds.advanced.notify_all();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
