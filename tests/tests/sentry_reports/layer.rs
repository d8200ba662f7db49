//! The tower layer: alone, beside the handler, over other services.

use std::time::Duration;

use buckets::handlers::sentry::Sentry;
use buckets::operation::{Get, Head, Put, Reply, Request, Response};
use buckets::telemetry::{Dispatcher, EventName, Outcome, Scope, Span};
use buckets::testing::Capture;
use buckets::{BoxError, Cloud, ErrorKind};
use buckets_tower::retry::RetryPolicy;
use buckets_tower::telemetry::Description;
use buckets_tower::{RetryLayer, SentryLayer, TelemetryLayer};
use tower::timeout::TimeoutLayer;
use tower::{Layer, ServiceBuilder, ServiceExt, service_fn};

use crate::inbox::{Inbox, storage};
use crate::stores::{breaking_off, failing, key, unavailable};

#[tokio::test]
async fn a_store_without_a_cloud_is_reported_once_per_failure() {
    let sentry = Sentry::new();
    let store = SentryLayer::new(sentry.clone()).layer(failing(unavailable));
    let inbox = Inbox::new();
    inbox.during(store.clone().oneshot(Request::new(Put::new(key(), "x")))).await.expect_err("it fails");
    let event = inbox.one();
    assert_eq!(event.exception.last().map(|last| last.ty.as_str()), Some("unavailable"));
    assert_eq!(event.tags["storage.operation"], "put");
    assert_eq!(storage(&event, "event").expect("a name"), "buckets.adapter.put");
    // A call that nobody waits for, and an error that is an answer.
    let missing = SentryLayer::new(sentry).layer(failing(buckets::Error::not_found));
    drop(store.oneshot(Request::new(Get::new(key()))));
    inbox.during(missing.oneshot(Request::new(Head::new(key())))).await.expect_err("nothing there");
    assert_eq!(inbox.events(), []);
}

#[tokio::test]
async fn names_are_those_of_the_cloud() {
    let cloud = Cloud::over("uploads", "s3", failing(unavailable)).layer(SentryLayer::new(Sentry::new()));
    let cloud = cloud.dispatcher(Dispatcher::new()).build();
    let inbox = Inbox::new();
    inbox.during(cloud.read(&key())).await.expect_err("it fails");
    let event = inbox.one();
    assert_eq!((event.tags["storage.cloud"].as_str(), event.tags["storage.adapter"].as_str()), ("uploads", "s3"));
}

#[tokio::test]
async fn a_body_that_fails_is_reported_to_the_hub_of_its_request() {
    let store = SentryLayer::new(Sentry::new()).layer(breaking_off());
    let inbox = Inbox::new();
    let response = inbox.during(store.oneshot(Request::new(Get::new(key())))).await.expect("a head");
    let Reply::Get(fetched) = response.reply else { panic!("want a body") };
    fetched.body.collect(100).await.expect_err("it breaks off");
    assert_eq!(inbox.one().exception[0].ty, "interrupted");
}

/// However layer and handler are put together, a failure is one report.
#[tokio::test]
async fn the_layer_and_the_handler_do_not_report_the_same_failure() {
    for (place, select) in [
        ("outside", vec!["buckets.cloud"]),
        ("inside", vec!["buckets.cloud"]),
        ("outside", vec!["buckets"]),
        ("inside", vec!["buckets"]),
    ] {
        let sentry = Sentry::builder().select(select.clone()).limit(100, 100).build();
        let dispatcher = Dispatcher::new();
        sentry.attach(&dispatcher).expect("attached");
        let layer = SentryLayer::new(sentry);
        let bottom = Cloud::over("uploads", "s3", failing(unavailable)).dispatcher(dispatcher);
        let cloud = match place {
            "outside" => bottom.layer(TelemetryLayer::new()).layer(layer).boxed(),
            _ => bottom.layer(layer).layer(TelemetryLayer::new()).boxed(),
        };
        let cloud = cloud.build();
        let inbox = Inbox::new();
        inbox.during(cloud.read(&key())).await.expect_err("it fails");
        assert_eq!(inbox.events().len(), 1, "{place} the telemetry layer, {select:?}");
        // The next failure is another one.
        inbox.during(cloud.read(&key())).await.expect_err("it fails");
        assert_eq!(inbox.events().len(), 1, "{place} the telemetry layer, {select:?}, again");
    }
}

/// Once, outside of what retries, with the attempts as steps.
#[tokio::test(start_paused = true)]
async fn what_is_retried_below_is_reported_when_it_finally_fails() {
    let sentry = Sentry::new();
    let dispatcher = Dispatcher::new();
    sentry.attach(&dispatcher).expect("attached");
    let cloud = Cloud::over("uploads", "s3", failing(unavailable))
        .layer(RetryLayer::new(RetryPolicy::new().max_attempts(3)))
        .layer(SentryLayer::new(sentry))
        .layer(TelemetryLayer::new())
        .dispatcher(dispatcher)
        .build();
    let inbox = Inbox::new();
    inbox.during(cloud.read(&key())).await.expect_err("it fails");
    let event = inbox.one();
    assert_eq!(storage(&event, "attempts").expect("a count"), 3);
    let steps: Vec<_> = event.breadcrumbs.iter().filter_map(|step| step.category.as_deref()).collect();
    assert_eq!(steps, ["buckets.adapter.get.retry", "buckets.adapter.get.retry", "buckets.adapter.get.give_up"]);
    assert_eq!(event.breadcrumbs[1].data["attempt"], 2);
    assert_eq!(event.breadcrumbs[1].data["kind"], "unavailable");
    assert!(event.breadcrumbs[1].data.contains_key("wait_ms"));
}

#[tokio::test(start_paused = true)]
async fn errors_of_stock_layers_have_their_kind() {
    let never = service_fn(|_: Request| std::future::pending::<Result<Response, BoxError>>());
    let store = ServiceBuilder::new()
        .layer(SentryLayer::new(Sentry::new()))
        .layer(TimeoutLayer::new(Duration::from_secs(1)))
        .service(never);
    let inbox = Inbox::new();
    inbox.during(store.oneshot(Request::new(Get::new(key())))).await.expect_err("it takes too long");
    assert_eq!(inbox.one().exception[0].ty, "timeout");
}

#[tokio::test]
async fn any_service_can_be_reported() {
    static FETCH: EventName = EventName::new("my_app.rates.fetch");
    let scope = Scope::new(Dispatcher::new(), "", "ecb");
    let service = ServiceBuilder::new()
        .layer(SentryLayer::of(Sentry::new(), scope, |_: &&str| Description::new(&FETCH)).conclude(
            |result: &Result<f64, std::io::Error>| match result {
                Ok(_) => Outcome::Success,
                Err(_) => Outcome::Error(ErrorKind::Connect),
            },
        ))
        .service_fn(
            async |code: &str| if code == "EUR" { Ok(1.0) } else { Err(std::io::ErrorKind::NotConnected.into()) },
        );
    let inbox = Inbox::new();
    let work = async {
        service.clone().oneshot("EUR").await.expect("known");
        service.oneshot("XYZ").await.expect_err("unknown");
    };
    inbox.during(work).await;
    let event = inbox.one();
    assert_eq!(
        (event.exception[0].ty.as_str(), event.exception[0].value.as_deref()),
        ("connect", Some("fetch failed"))
    );
    assert_eq!(event.tags["storage.adapter"], "ecb");
}

/// To others the layer's own span is not there.
#[tokio::test]
async fn what_happens_below_is_part_of_what_is_above() {
    static CHECK: EventName = EventName::new("my_app.store.check");
    let capture = Capture::new();
    let scope = Scope::of(capture.dispatcher());
    let bottom = service_fn(move |_: Request| {
        Span::start(&scope, &CHECK).succeed();
        let scope = scope.clone();
        async move {
            Span::start(&scope, &CHECK).succeed();
            Err::<Response, _>(unavailable())
        }
    });
    let cloud =
        Cloud::over("uploads", "s3", bottom).layer(SentryLayer::new(Sentry::new())).layer(TelemetryLayer::new());
    let cloud = cloud.dispatcher(capture.dispatcher()).build();
    let inbox = Inbox::new();
    inbox.during(cloud.read(&key())).await.expect_err("it fails");
    inbox.one();
    let adapter = capture.one("buckets.adapter.get.start").span_id;
    let parents: Vec<_> = capture.named("my_app.store.check.stop").iter().map(|event| event.parent_id).collect();
    assert_eq!(parents, [Some(adapter), Some(adapter)]);
    capture.assert_conserved();
}
