//! Each fault is what it says, as often as it says, and the same for the same seed.

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::time::Duration;

use buckets::body::PutBody;
use buckets::operation::{Delete, Get, Head, List, OperationKind, Put, Reply, Request, Response};
use buckets::{Error, ErrorKind, Key, Prefix, Result};
use buckets_tower::testing::{ChaosLayer, Fault, Probe, Script};
use futures_util::FutureExt;
use tokio::time::Instant;
use tower::{Layer, Service, ServiceExt};

fn key() -> Key {
    Key::new("a").expect("valid")
}

fn head() -> Request {
    Request::new(Head::new(key()))
}

fn put(body: impl Into<PutBody>) -> Request {
    Request::new(Put::new(key(), body))
}

fn get() -> Request {
    Request::new(Get::new(key()))
}

fn always(
    fault: Fault,
    script: &Script,
) -> impl Service<Request, Response = Response, Error = Error, Future: Send> + Clone {
    ChaosLayer::new(3).fault(fault, 1.0).layer(Probe::new(script))
}

fn streamed() -> PutBody {
    PutBody::from_stream(futures_util::stream::iter(["01234", "56789"].map(|chunk| Ok::<_, Error>(chunk.into()))))
}

async fn read(response: Response) -> Result<bytes::Bytes> {
    let Reply::Get(fetched) = response.reply else { panic!("a get") };
    fetched.body.collect(1000).await
}

#[tokio::test]
async fn an_error_comes_before_the_store_and_a_lost_answer_behind_it() {
    let script = Script::default();
    let error = always(Fault::Error(ErrorKind::Throttled), &script).oneshot(head()).await.expect_err("always");
    assert_eq!((error.kind(), error.operation(), script.calls()), (ErrorKind::Throttled, Some("head"), 0));
    let error = always(Fault::AnswerLost(ErrorKind::Timeout), &script).oneshot(put("0123")).await.expect_err("always");
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(script.stored().expect("the store did it"), "0123");
}

#[tokio::test(start_paused = true)]
async fn latency_is_within_its_bounds_and_a_hang_has_no_end() {
    let script = Script::default();
    let (least, most) = (Duration::from_millis(20), Duration::from_millis(80));
    let slow = always(Fault::Latency(least, most), &script);
    let mut seen = Vec::new();
    for _ in 0..50 {
        let began = Instant::now();
        slow.clone().oneshot(head()).await.expect("late");
        seen.push(began.elapsed());
    }
    let slack = Duration::from_millis(1);
    assert!(seen.iter().all(|time| (least..=most + slack).contains(time)), "{seen:?}");
    assert!(seen.iter().max() > seen.iter().min());

    let stuck = tokio::time::timeout(Duration::from_secs(3600), always(Fault::Hang, &script).oneshot(head())).await;
    assert!(stuck.is_err());
    assert_eq!(script.calls(), 50);
}

#[tokio::test]
async fn content_on_its_way_to_the_store_goes_wrong() {
    for body in [|| PutBody::from("0123456789"), || streamed().with_exact_len(10)] {
        for seed in 0..20 {
            let send = async |fault| {
                let script = Script::default();
                let result =
                    ChaosLayer::new(seed).fault(fault, 1.0).layer(Probe::new(&script)).oneshot(put(body())).await;
                (result.map(drop).map_err(|error| error.kind()), script.stored())
            };
            assert_eq!(send(Fault::Truncated).await, (Err(ErrorKind::Interrupted), None));
            assert_eq!(send(Fault::ContentError(ErrorKind::Io)).await, (Err(ErrorKind::Io), None));
            let (result, stored) = send(Fault::Corrupted).await;
            assert_eq!(result, Ok(()));
            let wrong: u32 = stored.expect("stored").iter().zip(b"0123456789").map(|(a, b)| (a ^ b).count_ones()).sum();
            assert_eq!(wrong, 1, "one bit");
        }
    }
}

#[tokio::test]
async fn content_on_its_way_from_the_store_goes_wrong() {
    for seed in 0..20 {
        let fetch = async |fault| {
            let chaos = ChaosLayer::new(seed).fault(fault, 1.0);
            let response = chaos.layer(Probe::default()).oneshot(get()).await.expect("answered");
            read(response).await
        };
        assert_eq!(fetch(Fault::Truncated).await.expect_err("short").kind(), ErrorKind::Interrupted);
        assert_eq!(fetch(Fault::ContentError(ErrorKind::Io)).await.expect_err("fails").kind(), ErrorKind::Io);
        let content = fetch(Fault::Corrupted).await.expect("whole");
        let wrong: u32 = content.iter().zip(Script::CONTENT.bytes()).map(|(a, b)| (a ^ b).count_ones()).sum();
        assert_eq!(wrong, 1, "one bit");
        assert!(pin!(fetch(Fault::ContentHang)).now_or_never().is_none());
        AssertUnwindSafe(fetch(Fault::ContentPanic)).catch_unwind().await.expect_err("a panic");
    }
}

#[tokio::test]
async fn what_has_no_content_is_left_alone_by_faults_of_content() {
    let script = Script::default();
    let chaos = ChaosLayer::new(1).fault(Fault::Truncated, 1.0);
    let service = chaos.layer(Probe::new(&script));
    for request in [head(), Request::new(Delete::new(key())), Request::new(List::new(Prefix::default()))] {
        service.clone().oneshot(request).await.expect("left alone");
    }
    assert_eq!(chaos.faults(), 0);
}

/// Which of many calls fail.
async fn failures(chaos: &ChaosLayer, calls: usize) -> Vec<usize> {
    let service = chaos.layer(Probe::default());
    let mut failed = Vec::new();
    for call in 0..calls {
        let request = if call % 2 == 0 { head() } else { put("0123") };
        if AssertUnwindSafe(service.clone().oneshot(request)).catch_unwind().await.is_ok_and(|result| result.is_ok()) {
            continue;
        }
        failed.push(call);
    }
    failed
}

#[tokio::test]
async fn the_same_seed_does_the_same_and_another_does_not() {
    let chaos = |seed| {
        ChaosLayer::new(seed)
            .fault(Fault::Error(ErrorKind::Unavailable), 0.05)
            .fault(Fault::Panic, 0.05)
            .fault(Fault::AnswerLost(ErrorKind::Timeout), 0.05)
    };
    let (one, again, other) = (chaos(1), chaos(1), chaos(2));
    let failed = failures(&one, 1000).await;
    assert_eq!(failed, failures(&again, 1000).await);
    assert_ne!(failed, failures(&other, 1000).await);
    assert_eq!(one.faults() as usize, failed.len());
}

#[tokio::test]
async fn rates_are_kept_below_a_percent_too_and_for_some_operations_only() {
    let rare = ChaosLayer::new(11).fault(Fault::Error(ErrorKind::Io), 0.005);
    let failed = failures(&rare, 20_000).await.len();
    assert!((60..140).contains(&failed), "{failed} of 20,000 at a rate of one in 200");

    let puts = ChaosLayer::new(11).fault(Fault::Error(ErrorKind::Io), 0.5).only([OperationKind::Put]);
    let failed = failures(&puts, 1000).await;
    assert!(failed.iter().all(|call| call % 2 == 1) && failed.len() > 200);
    puts.pause();
    assert!(failures(&puts, 1000).await.is_empty());
    puts.resume();
    assert!(!failures(&puts, 1000).await.is_empty());
}
