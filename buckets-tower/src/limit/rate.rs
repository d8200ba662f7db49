use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use buckets::{Error, ErrorKind};
use pin_project_lite::pin_project;
use tokio::time::{Instant, Sleep, sleep_until};

use super::gate::{Gate, Room};
use super::{Admission, Entry, Limited, Permit, Turn};

/// At most so many calls in a time, evenly spread but for a burst; the others wait in the order in
/// which they came, and one that leaves takes nobody's place.
///
/// The generic cell rate algorithm (ITU-T I.371), which never admits more than the burst and the rate
/// together. Waiting needs a tokio runtime with timers. Clones share the limit.
#[derive(Clone)]
pub struct Rate {
    shared: Arc<Shared>,
    max_wait: Duration,
}

/// Nobody waits for the end of a longer one, and clocks can count no further than a few hundred years.
const LONGEST_INTERVAL: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);

struct Shared {
    /// Whose turn it is to wait for the next moment.
    first: Arc<Gate>,
    interval: Duration,
    burst: u32,
    /// When, at the rate, all admitted so far would have been.
    due: Mutex<Option<Instant>>,
}

impl Rate {
    /// At most `calls` in each `per`, and at first, or after a silence, as many at once.
    ///
    /// # Panics
    /// If one of them is 0.
    #[track_caller]
    pub fn new(calls: u32, per: Duration) -> Self {
        assert!(calls > 0 && per > Duration::ZERO, "a rate of no calls, or in no time, is none");
        Self::with(per / calls, calls, Duration::MAX)
    }

    /// Sets how many calls are admitted at once after a silence: 1 for none but those of the rate.
    ///
    /// # Panics
    /// If it is 0.
    #[track_caller]
    pub fn burst(self, calls: u32) -> Self {
        assert!(calls > 0, "a burst of no calls lets none through");
        Self::with(self.shared.interval, calls, self.max_wait)
    }

    /// Refuses calls that would wait longer; without, all wait. With zero, none does.
    pub fn max_wait(mut self, wait: Duration) -> Self {
        self.max_wait = wait;
        self
    }

    fn with(interval: Duration, burst: u32, max_wait: Duration) -> Self {
        let interval = interval.min(LONGEST_INTERVAL);
        Self { shared: Arc::new(Shared { first: Gate::new(1), interval, burst, due: Mutex::default() }), max_wait }
    }
}

impl Shared {
    /// Admits one more at this moment, or says when the next one can be.
    fn take(&self, now: Instant) -> Result<(), Instant> {
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        let next = due.unwrap_or(now).max(now);
        let earliest = next.checked_sub(self.interval.saturating_mul(self.burst - 1)).unwrap_or(now);
        if earliest > now {
            return Err(earliest);
        }
        *due = Some(next.checked_add(self.interval).unwrap_or(next));
        Ok(())
    }
}

impl<T, E> Admission<T, E> for Rate {
    type Permit = ();
    type Wait = RateTurn;

    const LIMITED: Limited = Limited::Rate;
    const TELLS_OF_RESULTS: bool = false;

    fn admit(&self) -> Entry<(), RateTurn> {
        let shared = &self.shared;
        let (place, wait) = match shared.first.enter(usize::MAX) {
            Room::Now(permit) => match shared.take(Instant::now()) {
                Ok(()) => return Entry::Now(()),
                Err(at) => (Place::First { _permit: permit }, at - Instant::now()),
            },
            Room::Later(turn) => {
                let ahead = u32::try_from(shared.first.waiting()).unwrap_or(u32::MAX);
                (Place::Behind { turn }, shared.interval.saturating_mul(ahead))
            }
            Room::None => unreachable!("any number may wait"),
        };
        if wait > self.max_wait {
            let refusal = Error::new(
                ErrorKind::Overloaded,
                "operations come faster than the rate limit allows; this one was refused",
            );
            return Entry::Never(refusal.with_retry_after(wait));
        }
        Entry::Later(RateTurn { place, sleep: None, shared: Arc::clone(shared) })
    }
}

pin_project! {
    /// A place in the queue of a [`Rate`], given up when dropped.
    #[must_use = "futures do nothing unless polled"]
    pub struct RateTurn {
        place: Place,
        #[pin]
        sleep: Option<Sleep>,
        shared: Arc<Shared>,
    }
}

enum Place {
    Behind { turn: Turn },
    First { _permit: Permit },
}

impl Future for RateTurn {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        if let Place::Behind { turn } = this.place {
            let permit = ready!(Pin::new(turn).poll(context));
            *this.place = Place::First { _permit: permit };
        }
        loop {
            if let Some(sleep) = this.sleep.as_mut().as_pin_mut() {
                ready!(sleep.poll(context));
            }
            match this.shared.take(Instant::now()) {
                Ok(()) => return Poll::Ready(()),
                Err(at) => this.sleep.set(Some(sleep_until(at))),
            }
        }
    }
}

impl fmt::Debug for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rate")
            .field("interval", &self.shared.interval)
            .field("burst", &self.shared.burst)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for RateTurn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RateTurn")
    }
}
