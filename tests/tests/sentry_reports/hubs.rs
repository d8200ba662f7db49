//! Below `sentry-tower`'s layers, and without.

use buckets::handlers::sentry::Sentry;
use buckets::telemetry::Dispatcher;
use buckets::{Cloud, Error};
use buckets_tower::TelemetryLayer;
use sentry::Hub;
use sentry_tower::NewSentryLayer;
use tower::{ServiceBuilder, ServiceExt};

use crate::inbox::Inbox;
use crate::stores::{breaking_off, failing, key, unavailable};

/// Requests at the same time, each with a hub of its own that knows its user.
#[tokio::test]
async fn a_report_belongs_to_its_request() {
    let dispatcher = Dispatcher::new();
    Sentry::new().attach(&dispatcher).expect("attached");
    let cloud =
        Cloud::over("uploads", "s3", failing(unavailable)).layer(TelemetryLayer::new()).dispatcher(dispatcher).build();
    let service = ServiceBuilder::new().layer(NewSentryLayer::<&'static str>::new_from_top()).service_fn(
        move |user: &'static str| {
            let cloud = cloud.clone();
            async move {
                Hub::current().configure_scope(|scope| scope.set_tag("user", user));
                tokio::task::yield_now().await;
                cloud.read(&key()).await.expect_err("it fails");
                Ok::<_, Error>(())
            }
        },
    );
    let inbox = Inbox::new();
    let requests = ["anna", "ben", "carl"].map(|user| service.clone().oneshot(user));
    inbox.during(futures_util::future::join_all(requests)).await;
    let mut users: Vec<_> = inbox.events().iter().map(|event| event.tags["user"].clone()).collect();
    users.sort();
    assert_eq!(users, ["anna", "ben", "carl"]);
}

#[tokio::test]
async fn a_body_that_fails_after_the_answer_belongs_to_its_request_too() {
    let dispatcher = Dispatcher::new();
    Sentry::new().attach(&dispatcher).expect("attached");
    let cloud = Cloud::over("uploads", "s3", breaking_off()).dispatcher(dispatcher).build();
    let service = ServiceBuilder::new().layer(NewSentryLayer::<()>::new_from_top()).service_fn(move |()| {
        let cloud = cloud.clone();
        async move {
            Hub::current().configure_scope(|scope| scope.set_tag("user", "anna"));
            cloud.reader(&key()).await
        }
    });
    let inbox = Inbox::new();
    let fetched = inbox.during(service.oneshot(())).await.expect("a head");
    tokio::spawn(fetched.body.collect(100)).await.expect("no panic").expect_err("it breaks off");
    assert_eq!(inbox.one().tags["user"], "anna");
}

/// On the threads of a runtime, whose hubs Sentry derives from the main one.
#[test]
fn without_a_hub_of_its_own_a_thread_reports_to_the_main_one() {
    let inbox = Inbox::new();
    Hub::main().bind_client(inbox.hub().client());
    let dispatcher = Dispatcher::new();
    Sentry::new().attach(&dispatcher).expect("attached");
    let cloud = Cloud::over("threads", "s3", failing(unavailable)).dispatcher(dispatcher).build();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().expect("a runtime");
    runtime.block_on(async {
        let read = tokio::spawn(async move { cloud.read(&key()).await });
        read.await.expect("no panic").expect_err("it fails");
    });
    assert_eq!(inbox.one().tags["storage.cloud"], "threads");
}
