//! Many operations at once, each with its own fate, while handlers come and go.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Barrier};

use buckets::ErrorKind;
use buckets::operation::Op;
use buckets::telemetry::{Event, Outcome};
use buckets::testing::Capture;
use tower::Service;

use crate::scripted::{Answer, OPERATIONS, Scripted, finish, of, panics, poll_once, read_to_end, stack};

const THREADS: u64 = 4;
const OPERATIONS_EACH: u64 = 1500;

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % end as u64) as usize
    }
}

/// Runs one operation to a random end and says which end it was.
fn run_one(capture: &Capture, random: &mut Random) -> Outcome {
    let (_, make) = OPERATIONS[random.below(OPERATIONS.len())];
    let after = [None, Some(0), Some(1), Some(4)][random.below(4)];
    let request = of(capture, make());
    let is_get = matches!(request.op, Op::Get(_));
    let answer = match random.below(4) {
        0 => Answer::Error(ErrorKind::ALL[random.below(ErrorKind::ALL.len())]),
        1 => Answer::Panic,
        _ => Answer::Ok,
    };
    let expected = request.op.expectation();
    let mut stack = stack(Scripted { after, answer });
    match answer {
        Answer::Panic => {
            panics(|| drop(finish(pin!(stack.call(request)))));
            Outcome::Panic
        }
        Answer::Error(kind) => {
            let error = finish(pin!(stack.call(request))).expect_err("as the script says");
            assert_eq!(error.kind(), kind);
            expected.outcome(&error)
        }
        Answer::Ok if random.below(2) == 0 => {
            let mut future = Box::pin(stack.call(request));
            for _ in 0..random.below(after.unwrap_or(0) + 1) {
                assert!(poll_once(future.as_mut()).is_pending());
            }
            drop(future);
            Outcome::Cancelled
        }
        Answer::Ok => {
            let response = finish(pin!(stack.call(request))).expect("as the script says");
            if is_get && random.below(2) == 0 {
                drop(response);
                return Outcome::Cancelled;
            }
            read_to_end(response).expect("whole");
            Outcome::Success
        }
    }
}

fn count(outcomes: impl IntoIterator<Item = Outcome>) -> HashMap<Outcome, u64> {
    let mut counts = HashMap::new();
    outcomes.into_iter().for_each(|outcome| *counts.entry(outcome).or_default() += 1);
    counts
}

#[test]
fn nothing_is_lost_and_nothing_told_twice() {
    let capture = Capture::new();
    let dispatcher = capture.dispatcher();
    let (begin, done) = (Barrier::new(THREADS as usize + 1), AtomicBool::new(false));
    let flickers = Arc::new(AtomicU64::new(0));
    let outcomes: Vec<_> = std::thread::scope(|threads| {
        let workers: Vec<_> = (0..THREADS)
            .map(|seed| {
                let (capture, begin) = (&capture, &begin);
                threads.spawn(move || {
                    begin.wait();
                    let mut random = Random(seed);
                    (0..OPERATIONS_EACH).map(|_| run_one(capture, &mut random)).collect::<Vec<_>>()
                })
            })
            .collect();
        threads.spawn(|| {
            begin.wait();
            while !done.load(Ordering::Relaxed) {
                let heard = Arc::clone(&flickers);
                let flicker = move |_: &Event<'_>| {
                    heard.fetch_add(1, Ordering::Relaxed);
                };
                dispatcher.attach("flicker", "buckets.adapter.*.stop", flicker).expect("attached");
                std::thread::yield_now();
                assert!(dispatcher.detach("flicker"));
            }
        });
        let results: Vec<_> = workers.into_iter().map(|worker| worker.join()).collect();
        done.store(true, Ordering::Relaxed);
        results.into_iter().flat_map(|outcomes| outcomes.expect("no panic")).collect()
    });
    capture.assert_conserved();
    assert_eq!(outcomes.len() as u64, THREADS * OPERATIONS_EACH);
    let told = capture.events().into_iter().filter_map(|event| event.outcome);
    assert_eq!(count(told), count(outcomes.iter().copied()));
    assert!(flickers.load(Ordering::Relaxed) <= capture.named("buckets.adapter.*.stop").len() as u64);
}
