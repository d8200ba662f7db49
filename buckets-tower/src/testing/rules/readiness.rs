use std::pin::pin;

use buckets::ErrorKind;
use buckets::store::Store;
use futures_util::stream::{FuturesUnordered, StreamExt, TryStreamExt};

use super::{Bench, Kept, OFTEN, call, ensure, failed, head, poll_times, ready};
use crate::testing::Readiness;

pub(super) async fn is_asked_for_before_each_call<S: Store>(mut bench: Bench<S>) -> Kept {
    for _ in 0..3 {
        call(&mut bench.service, head()).await?;
    }
    ensure(bench.script.calls() == 3, "not every call went down once")
}

pub(super) async fn is_not_inherited_by_clones<S: Store>(mut bench: Bench<S>) -> Kept {
    ready(&mut bench.service).await?;
    let mut clone = bench.service.clone();
    // The one that was made ready first, then its clone, and then a clone of one that was called.
    call(&mut bench.service, head()).await?;
    call(&mut clone, head()).await?;
    call(&mut bench.service.clone(), head()).await.map(drop)
}

pub(super) async fn may_be_asked_for_twice<S: Store>(mut bench: Bench<S>) -> Kept {
    for _ in 0..OFTEN {
        ready(&mut bench.service).await?;
    }
    call(&mut bench.service, head()).await?;
    bench.still_works().await
}

pub(super) async fn is_waited_for<S: Store>(bench: Bench<S>) -> Kept {
    bench.script.readiness(Readiness::Pending);
    // Polls it at first and then only when it was woken.
    let mut sent: FuturesUnordered<_> = std::iter::once(bench.send(head())).collect();
    let early = poll_times(pin!(sent.next()), 3).await.flatten();
    ensure(bench.script.calls() == 0, "the service below was called before it was ready")?;
    bench.script.readiness(Readiness::Ready);
    let result = match early {
        None => sent.try_next().await,
        Some(early) => early.map(Some),
    };
    // To refuse rather than to wait is a layer's right.
    if let Err(error) = result.map(drop) {
        failed::<()>(Err(error), ErrorKind::Overloaded)?;
    }
    bench.still_works().await
}

pub(super) async fn is_given_back_when_not_used<S: Store>(bench: Bench<S>) -> Kept {
    for _ in 0..OFTEN {
        ready(&mut bench.service.clone()).await?;
    }
    bench.still_works().await
}

pub(super) async fn errors_keep_their_kind<S: Store>(bench: Bench<S>) -> Kept {
    bench.script.readiness(Readiness::Failed(ErrorKind::PermissionDenied));
    failed(bench.send(head()).await, ErrorKind::PermissionDenied)?;
    ensure(bench.script.calls() == 0, "the service below was called though it had failed")
}
