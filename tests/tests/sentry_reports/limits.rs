//! How much is reported.

use std::collections::HashSet;
use std::time::Duration;

use buckets::Cloud;
use buckets::handlers::sentry::Sentry;
use futures_util::future::join_all;

use crate::inbox::{Inbox, storage};
use crate::stores::{dispatcher, failing, key, unavailable};

#[tokio::test]
async fn a_thousand_equal_failures_are_a_burst_of_one_group() {
    let (dispatcher, clock) = dispatcher();
    let sentry = Sentry::new();
    sentry.attach(&dispatcher).expect("attached");
    let cloud = Cloud::over("uploads", "s3", failing(unavailable)).dispatcher(dispatcher).build();
    let inbox = Inbox::new();
    let key = key();
    let failed = inbox.during(join_all((0..1000).map(|_| cloud.read(&key)))).await;
    assert!(failed.iter().all(Result::is_err));

    let events = inbox.events();
    assert_eq!(events.len(), 5, "the burst");
    let groups: HashSet<_> = events.iter().map(|event| event.fingerprint.clone()).collect();
    assert_eq!(groups.len(), 1);
    assert_eq!(sentry.suppressed(), 995);

    clock.advance(Duration::from_secs(11));
    inbox.during(cloud.read(&key)).await.expect_err("it fails");
    assert_eq!(inbox.events(), [], "one more comes each twelve seconds");
    clock.advance(Duration::from_secs(1));
    inbox.during(cloud.read(&key)).await.expect_err("it fails");
    assert_eq!(storage(&inbox.one(), "suppressed").expect("a count"), 996);
    // Another cause has room of its own.
    inbox.during(cloud.delete(&key)).await.expect_err("it fails");
    assert_eq!(storage(&inbox.one(), "suppressed"), None);
}

#[tokio::test]
async fn a_layer_and_a_handler_of_one_reporter_share_its_limits() {
    let (dispatcher, _clock) = dispatcher();
    let sentry = Sentry::builder().limit(2, 0).build();
    sentry.attach(&dispatcher).expect("attached");
    let clone = sentry.clone();
    let cloud = Cloud::over("uploads", "s3", failing(unavailable)).dispatcher(dispatcher).build();
    let inbox = Inbox::new();
    for _ in 0..3 {
        inbox.during(cloud.read(&key())).await.expect_err("it fails");
    }
    assert_eq!((inbox.events().len(), clone.suppressed()), (2, 1));
}
