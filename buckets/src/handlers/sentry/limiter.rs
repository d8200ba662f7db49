//! How much is reported.

use std::collections::HashMap;

use super::builder::SentryBuilder;
use super::fingerprint::Fingerprint;
use crate::handlers::rate::{Meter, Rate};
use crate::telemetry::Timestamp;

/// Lets a burst of each fingerprint pass and then so many a minute, within a limit for all.
#[derive(Debug)]
pub(super) struct Limiter {
    each: Rate,
    total: Rate,
    passed: Meter,
    // As many as there are combinations of operation, adapter and kind, which is a closed set.
    by_fingerprint: HashMap<Fingerprint, Account>,
}

#[derive(Debug, Default)]
struct Account {
    passed: Meter,
    /// Refused since the last that passed.
    suppressed: u64,
}

impl Limiter {
    pub(super) fn new(settings: &SentryBuilder) -> Self {
        Self {
            each: Rate::new(settings.burst, settings.per_minute),
            total: Rate::new(settings.total_per_minute, settings.total_per_minute),
            passed: Meter::default(),
            by_fingerprint: HashMap::new(),
        }
    }

    /// Whether one more may pass: with how many were refused since the last one that did.
    pub(super) fn admit(&mut self, fingerprint: &Fingerprint, now: Timestamp) -> Option<u64> {
        if !self.by_fingerprint.contains_key(fingerprint) {
            self.by_fingerprint.insert(fingerprint.clone(), Account::default());
        }
        let account = self.by_fingerprint.get_mut(fingerprint)?;
        // Both are asked before either is charged.
        match (account.passed.charged(self.each, now), self.passed.charged(self.total, now)) {
            (Some(own), Some(total)) => {
                (account.passed, self.passed) = (own, total);
                Some(std::mem::take(&mut account.suppressed))
            }
            _ => {
                account.suppressed += 1;
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use crate::telemetry::{Dispatcher, Event, EventName, Scope, Span};

    static WORK: EventName = EventName::new("test.limiter.work");
    static OTHER: EventName = EventName::new("test.limiter.other");

    fn fingerprint(name: &'static EventName) -> Fingerprint {
        let dispatcher = Dispatcher::new();
        let (send, receive) = std::sync::mpsc::channel();
        let handler = move |event: &Event<'_>| {
            if let Some(kind) = event.kind() {
                send.send(Fingerprint::new(event, kind)).expect("somebody waits");
            }
        };
        dispatcher.attach("fingerprint", "", handler).expect("attached");
        Span::start(&Scope::of(dispatcher), name).fail(&Error::invalid("wrong"));
        receive.recv().expect("sent")
    }

    fn limiter(burst: u32, per_minute: u32, total: u32) -> Limiter {
        Limiter::new(&SentryBuilder::new().limit(burst, per_minute).total_limit(total))
    }

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_nanos(seconds * 1_000_000_000)
    }

    /// What happened to so many at this time.
    fn admitted(limiter: &mut Limiter, name: &'static EventName, count: usize, seconds: u64) -> Vec<Option<u64>> {
        (0..count).map(|_| limiter.admit(&fingerprint(name), at(seconds))).collect()
    }

    #[test]
    fn a_burst_passes_and_the_next_tells_of_what_did_not() {
        let mut limiter = limiter(2, 6, 1000);
        assert_eq!(admitted(&mut limiter, &WORK, 5, 0), [Some(0), Some(0), None, None, None]);
        assert_eq!(admitted(&mut limiter, &OTHER, 1, 0), [Some(0)], "each fingerprint has its own");
        assert_eq!(admitted(&mut limiter, &WORK, 1, 9), [None]);
        assert_eq!(admitted(&mut limiter, &WORK, 2, 10), [Some(4), None]);
        assert_eq!(
            admitted(&mut limiter, &WORK, 3, 1000),
            [Some(1), Some(0), None],
            "no more than a burst is saved up"
        );
    }

    #[test]
    fn the_total_bounds_all_and_charges_nobody_who_is_refused() {
        let mut limiter = limiter(2, 1, 3);
        assert_eq!(admitted(&mut limiter, &WORK, 2, 0), [Some(0), Some(0)]);
        assert_eq!(admitted(&mut limiter, &OTHER, 2, 0), [Some(0), None]);
        assert_eq!(admitted(&mut limiter, &OTHER, 2, 20), [Some(1), None], "its second was not taken from it");
    }

    #[test]
    fn a_rate_of_zero_lets_only_the_burst_pass() {
        let mut limiter = limiter(1, 0, 1000);
        assert_eq!(admitted(&mut limiter, &WORK, 2, 0), [Some(0), None]);
        assert_eq!(admitted(&mut limiter, &WORK, 1, 1_000_000), [None]);
    }
}
