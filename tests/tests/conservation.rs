//! Random stacks, calls and faults: every start has one end, and the harness finds what breaks that.

use std::future::Future;
use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use buckets::operation::{Op, Request, Response};
use buckets::store::BoxStore;
use buckets::{BoxError, Error, ErrorKind};
use buckets_tests::conservation::{Intruder, Options, Outcome, run};
use tower::ServiceExt;

fn found(operations: u64, intruder: Option<Intruder>) -> Outcome {
    run(&Options { operations, seed: 20_261_122, threads: 4, intruder })
}

#[test]
fn whatever_happens_every_start_has_one_end_and_nothing_is_kept() {
    let outcome = found(20_000, None);
    assert!(outcome.violations.is_empty(), "{:#?}", outcome.violations);
    assert_eq!((outcome.operations, outcome.in_flight), (20_000, 0));
    assert_eq!(outcome.starts, outcome.ends);
    assert!(
        outcome.starts > 2 * outcome.operations * 9 / 10,
        "most calls were observed, and most stacks more than once"
    );
}

#[test]
fn the_same_seed_does_the_same_again() {
    let once = || run(&Options { operations: 500, seed: 7, threads: 1, intruder: None });
    let (first, second) = (once(), once());
    assert_eq!((first.starts, first.ends), (second.starts, second.ends));
}

/// A stack around which `with` does something wrong.
fn service<F>(with: fn(BoxStore, Request) -> F) -> impl Fn(BoxStore) -> BoxStore
where
    F: Future<Output = Result<Response, BoxError>> + Send + 'static,
{
    move |store| BoxStore::new(tower::service_fn(move |request| with(store.clone(), request)))
}

#[track_caller]
fn assert_found(what: &str, intruder: Intruder) {
    let outcome = found(2000, Some(intruder));
    assert!(!outcome.violations.is_empty(), "{what} goes unnoticed: {outcome}");
    assert!(outcome.violations.iter().all(|violation| !violation.what.is_empty()));
}

#[test]
fn a_call_that_is_made_twice_is_found() {
    let twice = service(|store, request| async move {
        if let Op::Head(_) = request.op
            && let Some(copy) = request.try_clone()
        {
            store.clone().oneshot(copy).await?;
        }
        store.oneshot(request).await
    });
    assert_found("a call made twice", Intruder::Above(Arc::new(twice)));
}

#[test]
fn an_error_that_changes_on_its_way_up_is_found() {
    let changed = service(|store, request| async move {
        store.oneshot(request).await.map_err(|_| Error::new(ErrorKind::Other, "something").into())
    });
    assert_found("another error", Intruder::Above(Arc::new(changed)));
}

#[test]
fn an_error_that_becomes_a_panic_is_found() {
    let panicking = service(|store, request| async move {
        store.oneshot(request).await.or_else(|_| std::panic::resume_unwind(Box::new("as the test says")))
    });
    assert_found("a panic above", Intruder::Above(Arc::new(panicking)));
}

/// Is never dropped, and so neither is what it holds.
struct Kept<F>(ManuallyDrop<Pin<Box<F>>>);

impl<F: Future> Future for Kept<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        self.0.as_mut().poll(context)
    }
}

#[test]
fn a_call_that_outlives_its_caller_is_found_wherever_it_is() {
    let kept = || Arc::new(service(|store, request| Kept(ManuallyDrop::new(Box::pin(store.oneshot(request))))));
    assert_found("a kept call above", Intruder::Above(kept()));
    assert_found("a kept call below", Intruder::Below(kept()));
}

#[test]
fn content_that_is_lost_on_its_way_up_is_found() {
    let empty = service(|store, request| async move {
        let mut response = store.oneshot(request).await?;
        if let buckets::operation::Reply::Get(fetched) = &mut response.reply {
            fetched.body = buckets::body::GetBody::from_bytes(Default::default());
        }
        Ok(response)
    });
    assert_found("lost content", Intruder::Above(Arc::new(empty)));
}
