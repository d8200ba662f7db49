//! Every operation with every outcome but the good one.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use buckets::adapter::{Adapter, Backend};
use buckets::cloud::{CloudBuilder, DirectUploadOptions};
use buckets::operation::List;
use buckets::{Cloud, ErrorKind, LoadTo, Object, Prefix, Result, Upload};
use buckets_tower::retry::RetryPolicy;
use buckets_tower::testing::{ChaosLayer, Fault};
use buckets_tower::{ResumeLayer, RetryLayer, TelemetryLayer};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use crate::planted::{CANARY, CONTENT, Tag, attributes, key, look, look_at_error, stream};

/// Lets every operation of clouds that `builder` begins fail in every way, and end before its end.
pub(crate) async fn all<A: Adapter>(builder: impl Fn() -> CloudBuilder<Backend<A>>, healthy: &Cloud) {
    let upload = Upload::from_bytes("canary.txt", CONTENT).with_attributes(attributes());
    let object = healthy.insert(upload).await.expect("stored");
    let errors = ErrorKind::ALL.iter().flat_map(|kind| [Fault::Error(*kind), Fault::AnswerLost(*kind)]);
    let of_content = [Fault::ContentError(ErrorKind::Interrupted), Fault::ContentHang, Fault::ContentPanic];
    let others = [Fault::Truncated, Fault::Corrupted, Fault::Panic, Fault::Hang];
    for fault in errors.chain(of_content).chain(others) {
        let chaos = ChaosLayer::new(1).fault(fault, 1.0);
        let cloud = builder()
            .layer(chaos.clone())
            .layer(RetryLayer::new(RetryPolicy::new().max_attempts(2)))
            .layer(ResumeLayer::new(RetryPolicy::new().max_attempts(2)))
            .layer(TelemetryLayer::new())
            .build()
            .boxed();
        look(&chaos);
        for operation in operations(&cloud, &object) {
            // Time passes by itself when nothing else is to be done: who hangs is given up.
            let outcome =
                tokio::time::timeout(Duration::from_secs(600), AssertUnwindSafe(operation).catch_unwind()).await;
            if let Ok(Ok(Err(error))) = outcome {
                look_at_error(&error);
            }
        }
        assert!(chaos.faults() > 0, "{fault:?} befell nothing");
    }
    // Nobody waits: not at all, or not for long.
    drop(operations(healthy, &object));
    for operation in operations(healthy, &object) {
        operation.now_or_never();
    }
}

/// One of each.
fn operations(cloud: &Cloud, object: &Object) -> Vec<BoxFuture<'static, Result<()>>> {
    macro_rules! operations {
        ($($operation:expr;)+) => {
            vec![$({
                let (cloud, object) = (cloud.clone(), object.clone());
                let operation: fn(Cloud, Object) -> BoxFuture<'static, Result<()>> = $operation;
                operation(cloud, object)
            }),+]
        };
    }
    operations! {
        |cloud, _| async move { cloud.insert(("canary.txt", CONTENT)).await.map(drop) }.boxed();
        |cloud, _| async move { cloud.insert(Upload::from_body("canary.txt", stream())).await.map(drop) }.boxed();
        |cloud, object| async move { cloud.read(&object).await.map(drop) }.boxed();
        |cloud, object| async move { cloud.reader(&object).await?.body.collect(100).await.map(drop) }.boxed();
        |cloud, object| async move { cloud.reader(&object).await?.body.next().await.transpose().map(drop) }.boxed();
        |cloud, mut object| async move { cloud.load(&mut object, LoadTo::Memory).await.map(drop) }.boxed();
        |cloud, object| async move { cloud.head(&object).await.map(drop) }.boxed();
        |cloud, object| async move { cloud.exists(&object).await.map(drop) }.boxed();
        |cloud, object| async move { cloud.copy(&object, "canary-copy.txt").await.map(drop) }.boxed();
        |cloud, object| async move { cloud.url(&object, Duration::from_secs(60)).await.map(drop) }.boxed();
        |cloud, _| async move { cloud.direct_upload("canary.txt", DirectUploadOptions::new()).await.map(drop) }.boxed();
        |cloud, _| async move { cloud.list(List::new(Prefix::new(CANARY)?)).await.map(drop) }.boxed();
        |cloud, _| async move { cloud.health().await }.boxed();
        |cloud, _| async move { cloud.call(Tag(CANARY)).await.map(drop) }.boxed();
        |cloud, _| async move { cloud.delete(&key()).await.map(drop) }.boxed();
    }
}
