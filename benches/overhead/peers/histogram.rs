//! Durations in a histogram that threads share.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use hdrhistogram::Histogram;

pub(crate) struct Durations(Mutex<Histogram<u64>>);

impl Durations {
    pub(crate) fn new() -> Self {
        // From 1 us to an hour, right to one in a hundred.
        Self(Mutex::new(Histogram::new_with_bounds(1, 3_600_000_000, 2).expect("sound")))
    }

    pub(crate) fn record(&self) {
        let micros = Instant::now().elapsed().as_micros() as u64;
        self.0.lock().unwrap_or_else(PoisonError::into_inner).saturating_record(micros);
    }
}
