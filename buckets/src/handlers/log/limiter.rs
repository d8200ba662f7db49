//! How much is written.

use std::collections::HashMap;

use crate::error::ErrorKind;
use crate::handlers::rate::{Meter, Rate};
use crate::telemetry::{Event, Stage};

/// Lets a burst of lines of each event pass, apart by stage and kind of error, and then so many a minute.
#[derive(Debug)]
pub(super) struct Limiter {
    rate: Rate,
    // As many as there are combinations of these, which is a closed set.
    accounts: HashMap<(usize, Stage, Option<ErrorKind>), Account>,
}

#[derive(Debug, Default)]
struct Account {
    passed: Meter,
    /// Refused since the last that passed.
    suppressed: u64,
}

impl Limiter {
    pub(super) fn new(burst: u32, per_minute: u32) -> Self {
        Self { rate: Rate::new(burst, per_minute), accounts: HashMap::new() }
    }

    /// Whether one more may be written: with how many were not since the last one that was.
    pub(super) fn admit(&mut self, event: &Event<'_>) -> Option<u64> {
        let account = self.accounts.entry((event.name().id(), event.stage(), event.kind())).or_default();
        match account.passed.charged(self.rate, event.happened()) {
            Some(passed) => {
                account.passed = passed;
                Some(std::mem::take(&mut account.suppressed))
            }
            None => {
                account.suppressed += 1;
                None
            }
        }
    }
}
