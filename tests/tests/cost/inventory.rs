//! Counting what is stored: each object exactly once, whatever comes in between.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};

use buckets::adapter::{Adapter, Capabilities, Memory, Volume};
use buckets::cloud::inventory::{Checkpoint, Stock};
use buckets::cost::{Class, Ledger, Tariff, sheets};
use buckets::operation::{Cursor, List, ObjectMeta, OperationKind, Page, Put, StorageClass};
use buckets::store::Store;
use buckets::telemetry::{Dispatcher, Number, Outcome};
use buckets::testing::{Capture, ManualClock};
use buckets::{Cloud, Error, ErrorKind, Key, Prefix, Result};
use buckets_tests::random::Random;
use buckets_tower::testing::{ChaosLayer, Fault};
use buckets_tower::{CostLayer, TelemetryLayer};
use tokio::time::Instant;

const OBJECTS: u64 = 157;

/// Fills a cloud with objects of different sizes; gives back how many bytes that is.
async fn fill<S: Store>(cloud: &Cloud<S>) -> u64 {
    let mut bytes = 0;
    for number in 0..OBJECTS {
        let key = Key::new(format!("{}/{number}", number % 7)).expect("valid");
        let size = number * 13 % 101;
        cloud.call(Put::new(key, vec![7_u8; size as usize])).await.expect("stored");
        bytes += size;
    }
    bytes
}

/// Counts with lists that fail, runs that are dropped after some polls, and processes that end, until all
/// is counted.
async fn count_in_spite_of_all<S: Store>(cloud: &Cloud<S>, chaos: &ChaosLayer, seed: u64) -> (Stock, [usize; 3]) {
    let mut random = Random::new(seed);
    let mut checkpoint: Option<Checkpoint> = None;
    let (mut failed, mut dropped, mut processes) = (0, 0, 0);
    loop {
        processes += 1;
        let page_size = 1 + random.below(20) as usize;
        let mut inventory = cloud.inventory().page_size(page_size).expect("1 to 1000").pause(Duration::ZERO);
        if let Some(kept) = checkpoint.take() {
            inventory = inventory.resume(kept);
        }
        for _ in 0..4 {
            if random.below(2) == 0 {
                let mut run = pin!(inventory.run());
                for _ in 0..random.below(40) {
                    if let Poll::Ready(result) = run.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                        match result {
                            Ok(stock) => return (stock, [failed, dropped, processes]),
                            Err(_) => failed += 1,
                        }
                        break;
                    }
                    tokio::task::yield_now().await;
                }
                dropped += 1;
            } else {
                match inventory.next_page().await {
                    Ok(true) => {}
                    Ok(false) => return (inventory.run().await.expect("counted"), [failed, dropped, processes]),
                    Err(error) => {
                        assert_eq!(error.kind(), ErrorKind::Unavailable);
                        failed += 1;
                    }
                }
            }
        }
        let kept = serde_json::to_string(inventory.checkpoint()).expect("serialises");
        checkpoint = Some(serde_json::from_str(&kept).expect("reads"));
        assert_eq!(checkpoint.as_ref(), Some(inventory.checkpoint()));
        assert!(chaos.faults() < 100_000, "it never ends");
    }
}

async fn counts_each_object_once(make: impl AsyncFn() -> Cloud, chaos: &ChaosLayer) {
    chaos.pause();
    let cloud = make().await;
    let bytes = fill(&cloud).await;
    let whole = cloud.inventory().run().await.expect("counted");
    assert_eq!((whole.objects(), whole.bytes(), whole.pages), (OBJECTS, bytes, 1));
    chaos.resume();
    let mut seen = [0; 3];
    for seed in 0..20 {
        let (stock, counts) = count_in_spite_of_all(&cloud, chaos, seed).await;
        assert_eq!((stock.objects(), stock.bytes()), (OBJECTS, bytes), "seed {seed}");
        assert_eq!(stock.classes.len(), 1);
        seen = [0, 1, 2].map(|which| seen[which] + counts[which]);
    }
    assert!(seen.iter().all(|count| *count > 20), "failed, dropped, processes: {seen:?}");
}

fn flaky() -> ChaosLayer {
    ChaosLayer::new(5)
        .fault(Fault::Error(ErrorKind::Unavailable), 0.2)
        .fault(Fault::Latency(Duration::ZERO, Duration::from_millis(1)), 0.5)
}

#[tokio::test(start_paused = true)]
async fn memory_is_counted_once_in_spite_of_failures_and_interruptions() {
    let chaos = flaky();
    let make = async || Cloud::builder("memory", Memory::new()).layer(chaos.clone()).build().boxed();
    counts_each_object_once(make, &chaos).await;
}

#[tokio::test(start_paused = true)]
async fn a_volume_is_counted_once_in_spite_of_failures_and_interruptions() {
    let chaos = flaky();
    let folder = tempfile::tempdir().expect("a folder");
    let make = async || {
        let volume = Volume::open(folder.path()).await.expect("opened");
        Cloud::builder("volume", volume).layer(chaos.clone()).build().boxed()
    };
    counts_each_object_once(make, &chaos).await;
}

#[tokio::test(start_paused = true)]
async fn lists_come_no_faster_than_told_and_are_paid_for() {
    let ledger = Ledger::new();
    let cloud = Cloud::builder("memory", Memory::new())
        .layer(CostLayer::new(&ledger, &Tariff::new(&sheets::TIGRIS_STANDARD)))
        .dispatcher(Dispatcher::new())
        .build();
    fill(&cloud).await;
    let before = ledger.snapshot().statements[0].requests_of(Class::A);
    let began = Instant::now();
    let mut inventory = cloud.inventory().page_size(10).expect("1 to 1000").pause(Duration::from_secs(1));
    // A wait that is dropped is no way around it.
    inventory.next_page().await.expect("listed");
    for _ in 0..10 {
        let waiting = tokio::time::timeout(Duration::from_millis(50), inventory.next_page()).await;
        assert!(waiting.is_err(), "it is not time yet");
    }
    let stock = inventory.run().await.expect("counted");
    assert_eq!((stock.objects(), stock.pages), (OBJECTS, 16));
    assert_eq!(began.elapsed(), Duration::from_secs(15));
    let after = ledger.snapshot().statements[0].requests_of(Class::A);
    assert_eq!((after.quantity - before.quantity, (after.cost.picos() - before.cost.picos())), (16, 16 * 5_000_000));
}

/// Objects in several classes of storage, of which it forgets those of one.
struct Classes {
    forgets: Arc<AtomicUsize>,
}

impl Adapter for Classes {
    fn name(&self) -> &str {
        "classes"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::none().with(OperationKind::List)
    }

    async fn list(&self, op: List) -> Result<Page> {
        let begin: u64 = op
            .cursor
            .map_or(Ok(0), |cursor| cursor.as_str().parse())
            .map_err(|_| Error::invalid("a cursor of another store"))?;
        let end = (begin + op.limit as u64).min(30);
        let is_kept = |number: &u64| number % 3 != self.forgets.load(Ordering::Relaxed) as u64;
        let object = |number: u64| {
            let mut object = ObjectMeta::new(Key::new(format!("{number:03}"))?, 1 << 30);
            object.storage_class =
                [None, Some("STANDARD_IA"), Some("GLACIER")][number as usize % 3].map(StorageClass::new);
            Ok(object)
        };
        let objects = (begin..end).filter(is_kept).map(object).collect::<Result<_>>()?;
        let next = (end < 30).then(|| Cursor::new(end.to_string())).transpose()?;
        Ok(Page::new(objects, Vec::new(), next))
    }
}

#[tokio::test]
async fn each_class_is_told_of_with_what_it_costs_and_of_what_is_gone_zeros() {
    let clock = ManualClock::starting_at(SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000));
    let capture = Capture::on(&Dispatcher::builder().clock(clock.clone()).build());
    let forgets = Arc::new(AtomicUsize::new(9));
    let cloud = Cloud::builder("archive", Classes { forgets: Arc::clone(&forgets) })
        .layer(TelemetryLayer::new())
        .dispatcher(capture.dispatcher())
        .build();
    let prices = [&sheets::TIGRIS_STANDARD, &sheets::TIGRIS_INFREQUENT_ACCESS];
    let mut inventory = cloud.inventory().page_size(7).expect("1 to 1000").pause(Duration::ZERO).prices(prices);
    let stock = inventory.run().await.expect("counted");
    let sheets = prices.map(Clone::clone);
    // 10 GiB at 0.02 and as many at 0.01 a gigabyte; there is no price for the third class.
    assert_eq!(stock.monthly_cost(&sheets).to_string(), "0.3221225472");
    assert!(stock.to_string().contains("STANDARD_IA       10  10737418240"), "{stock}");

    let told = |capture: &Capture| -> Vec<_> {
        let cost = |value| match value {
            Some(Number::U64(picos)) => Some(picos),
            _ => None,
        };
        let row = |event: &buckets::testing::CapturedEvent| {
            let class = event.field("storage_class").expect("each has one").to_owned();
            assert_eq!(event.measurement("timestamp"), Some(Number::U64(1_000_000)));
            (class, cost(event.measurement("objects")), cost(event.measurement("monthly_cost_picodollars")))
        };
        capture.named("buckets.inventory.stored").iter().map(row).collect()
    };
    assert_eq!(
        told(&capture),
        [
            ("default".to_owned(), Some(10), Some(214_748_364_800)),
            ("GLACIER".to_owned(), Some(10), None),
            ("STANDARD_IA".to_owned(), Some(10), Some(107_374_182_400)),
        ]
    );
    let end = capture.one("buckets.inventory.scan.stop");
    assert_eq!((end.measurement("objects"), end.measurement("pages")), (Some(Number::U64(30)), Some(Number::U64(5))));
    let lists = capture.named("buckets.cloud.list.start");
    assert!(lists.len() == 5 && lists.iter().all(|list| list.parent_id == Some(end.span_id)), "they are part of it");

    capture.clear();
    forgets.store(2, Ordering::Relaxed);
    inventory.run().await.expect("counted anew");
    let counts: Vec<_> = told(&capture).into_iter().map(|(class, objects, _)| (class, objects)).collect();
    assert_eq!(counts[1], ("GLACIER".to_owned(), Some(0)), "of {counts:?}");
    capture.assert_conserved();
}

#[tokio::test]
async fn a_run_that_fails_or_is_dropped_ends_as_such_and_goes_on_later() {
    let (capture, chaos) = (Capture::new(), ChaosLayer::new(1).fault(Fault::Error(ErrorKind::Timeout), 1.0));
    chaos.pause();
    let cloud = Cloud::builder("memory", Memory::new()).layer(chaos.clone()).dispatcher(capture.dispatcher()).build();
    fill(&cloud).await;
    let mut inventory = cloud.inventory().page_size(100).expect("1 to 1000").pause(Duration::from_secs(3600));
    inventory.next_page().await.expect("listed");
    {
        let mut run = pin!(inventory.run());
        assert!(run.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending(), "it waits for an hour");
    }
    chaos.resume();
    let mut inventory = cloud.inventory().resume(inventory.checkpoint().clone()).pause(Duration::ZERO);
    assert_eq!(inventory.run().await.expect_err("as the chaos has it").kind(), ErrorKind::Timeout);
    chaos.pause();
    let stock = inventory.run().await.expect("counted");
    assert_eq!((stock.objects(), stock.pages), (OBJECTS, 2));
    let ends: Vec<_> = capture
        .events()
        .into_iter()
        .filter(|event| event.name == "buckets.inventory.scan")
        .filter_map(|event| event.outcome)
        .collect();
    assert_eq!(ends, [Outcome::Cancelled, Outcome::Error(ErrorKind::Timeout), Outcome::Success]);
    capture.assert_conserved();
    assert!(
        !format!("{inventory:?} {:?}", cloud.inventory().prefix(Prefix::new("secret/").expect("valid")))
            .contains("secret")
    );
}
