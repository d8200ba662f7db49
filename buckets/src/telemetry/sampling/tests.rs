//! What each sampler keeps, and that the weights of what it keeps add up.

use std::time::Duration;

use super::*;
use crate::telemetry::clock::ClockSource;
use crate::telemetry::{Clock, Dispatcher, EventName, Scope, Timestamp};

static COMMON: EventName = EventName::new("test.sampling.common");
static RARE: EventName = EventName::new("test.sampling.rare");

/// A clock of so many nanoseconds, told by hand.
#[derive(Clone, Debug, Default)]
struct Hand(std::sync::Arc<std::sync::atomic::AtomicU64>);

impl Hand {
    fn advance(&self, by: Duration) {
        self.0.fetch_add(by.as_nanos() as u64, std::sync::atomic::Ordering::Relaxed);
    }
}

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp::from_nanos(self.0.load(std::sync::atomic::Ordering::Relaxed))
    }

    fn system_time(&self) -> std::time::SystemTime {
        ClockSource::System.system_time()
    }
}

/// A scope, and the clock that moves its time.
fn scope() -> (Scope, Hand) {
    let clock = Hand::default();
    (Scope::of(Dispatcher::builder().clock(clock.clone()).build()), clock)
}

/// What is kept of so many, and the sum of their weights.
fn kept(sampler: &impl Sampler, scope: &Scope, name: &'static EventName, ids: std::ops::Range<u64>) -> (usize, f64) {
    let weights: Vec<_> =
        ids.filter_map(|id| sampler.sample(&Candidate::new(scope, name).with_id(id)).weight()).collect();
    (weights.len(), weights.iter().sum())
}

#[test]
fn a_ratio_keeps_its_share_and_the_same_under_the_same_seed() {
    let (scope, _) = scope();
    for probability in [0.001, 0.1, 0.5, 0.9] {
        let (count, weight) = kept(&Ratio::new(probability), &scope, &COMMON, 0..100_000);
        let expected = probability * 100_000.0;
        let deviation = (expected * (1.0 - probability)).sqrt();
        assert!((count as f64 - expected).abs() < 4.0 * deviation, "{count} of {expected}");
        assert!((weight - 100_000.0).abs() < 4.0 * deviation / probability, "{weight}");
    }
    assert_eq!(kept(&Ratio::new(0.0), &scope, &COMMON, 0..1000).0, 0);
    assert_eq!(kept(&Ratio::new(1.0), &scope, &COMMON, 0..1000), (1000, 1000.0));
    assert_eq!(kept(&Ratio::new(f64::NAN), &scope, &COMMON, 0..10).0, 10);

    let choices = |seed| -> Vec<bool> {
        let sampler = Ratio::new(0.5).seed(seed);
        (0..64).map(|id| sampler.sample(&Candidate::new(&scope, &COMMON).with_id(id)) != Sampling::DROPPED).collect()
    };
    assert_eq!(choices(1), choices(1));
    assert_ne!(choices(1), choices(2));
}

#[test]
fn who_keeps_more_of_a_trace_keeps_what_others_keep() {
    let mut trace: u128 = 1;
    for _ in 0..1000 {
        trace = trace.wrapping_mul(0x2360_ed05_1fc6_5da4_4385_df64_9fcc_f645).wrapping_add(1);
        let keeps = |probability| Ratio::new(probability).of_trace(trace) != Sampling::DROPPED;
        assert!(!keeps(0.1) || keeps(0.2));
        // The rejection threshold of W3C trace context, level 2, for a quarter.
        assert_eq!(keeps(0.25), trace as u64 & 0x00ff_ffff_ffff_ffff >= 0x00c0_0000_0000_0000);
    }
}

#[test]
fn a_rate_limit_keeps_the_first_of_each_group_and_counts_the_others() {
    let (scope, clock) = scope();
    let sampler = RateLimit::per_second(2.0).burst(3);
    assert_eq!(kept(&sampler, &scope, &COMMON, 0..100), (3, 3.0));
    assert_eq!(kept(&sampler, &scope, &RARE, 0..2), (2, 2.0), "another group");
    clock.advance(Duration::from_millis(500));
    assert_eq!(kept(&sampler, &scope, &COMMON, 0..2), (1, 98.0), "one, for itself and the 97 before");
    clock.advance(Duration::from_secs(60));
    assert_eq!(kept(&sampler, &scope, &COMMON, 0..10), (3, 4.0), "no more than a burst, however long it was quiet");
    for odd in [0.0, -1.0, f64::NAN] {
        assert_eq!(kept(&RateLimit::per_second(odd), &scope, &COMMON, 0..10).0, 0);
    }
}

#[test]
fn groups_beyond_the_most_share_one() {
    let (scope, _) = scope();
    let sampler = RateLimit::per_second(1.0).burst(1).by(|candidate| candidate.id());
    assert_eq!(
        kept(&sampler, &scope, &COMMON, 0..5000).0,
        1025,
        "1024 with a rate of their own, and one for all others"
    );
}

#[test]
fn an_adaptive_sampler_keeps_what_is_rare_and_about_its_rate_of_the_rest() {
    let (scope, clock) = scope();
    let sampler = Adaptive::per_second(100.0).interval(Duration::from_secs(10)).seed(3);
    let mut next = 0;
    let mut some = |name, count: u64| {
        next += count;
        kept(&sampler, &scope, name, next - count..next)
    };
    // Nobody knows yet what is common, and it is bounded even so.
    let (first, weight) = some(&COMMON, 100_000);
    assert!((1000..6000).contains(&first), "{first}");
    assert!((weight - 100_000.0).abs() < 10_000.0, "{weight}");
    some(&RARE, 20);
    for _ in 0..5 {
        clock.advance(Duration::from_secs(10));
        let (common, weight) = some(&COMMON, 100_000);
        assert!((850..1150).contains(&common), "about a thousand in ten seconds: {common}");
        assert!((weight - 100_000.0).abs() < 15_000.0, "{weight}");
        assert_eq!(some(&RARE, 20), (20, 20.0), "all of what is rare");
    }
}

#[test]
fn combined_weights_multiply_and_the_shorter_limit_is_slow() {
    let (scope, _) = scope();
    let candidate = Candidate::new(&scope, &COMMON);
    let of = |sampling: Sampling| move |_: &Candidate<'_>| sampling;
    let both = |one, other| of(one).and_then(of(other)).sample(&candidate);
    assert_eq!(both(Sampling::kept(2.0), Sampling::kept(3.0)).weight(), Some(6.0));
    assert_eq!(both(Sampling::kept(2.0), Sampling::UNDECIDED).weight(), Some(2.0));
    assert!(!both(Sampling::UNDECIDED, Sampling::UNDECIDED).is_decided());
    assert_eq!(both(Sampling::DROPPED, Sampling::kept(2.0)).weight(), None);
    let (one, two) = (Duration::from_secs(1), Duration::from_secs(2));
    for (first, next) in [(one, two), (two, one)] {
        let sampler = of(Sampling::kept(1.0)).keep_slow(first).and_then(of(Sampling::DROPPED).keep_slow(next));
        assert_eq!(sampler.sample(&candidate), Sampling::DROPPED.slow_after(one));
    }
}
