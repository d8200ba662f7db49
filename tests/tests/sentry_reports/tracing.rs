//! Beside the log handler and `sentry-tracing`.

use buckets::Cloud;
use buckets::handlers::log::Log;
use buckets::handlers::sentry::Sentry;
use buckets::telemetry::Dispatcher;
use buckets_tower::TelemetryLayer;
use sentry::protocol::Event;
use sentry_tracing::{BreadcrumbLayer, ErrorLayer};
use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::filter::{LevelFilter, filter_fn};
use tracing_subscriber::{Layer, Registry, layer::SubscriberExt};

use crate::inbox::Inbox;
use crate::stores::{failing, key, unavailable};

/// The reports of one failure that is also logged, where `subscriber` hands the log to Sentry.
async fn reports(log: Log, subscriber: impl Subscriber + Send + Sync) -> Vec<Event<'static>> {
    let dispatcher = Dispatcher::new();
    log.select(["buckets"]).attach(&dispatcher).expect("attached");
    Sentry::new().attach(&dispatcher).expect("attached");
    let cloud = Cloud::over("uploads", "s3", failing(unavailable)).layer(TelemetryLayer::new());
    let cloud = cloud.dispatcher(dispatcher).build();
    let _subscriber = tracing::subscriber::set_default(subscriber);
    let inbox = Inbox::new();
    inbox.during(cloud.read(&key())).await.expect_err("it fails");
    inbox.events()
}

fn is_error(metadata: &Metadata<'_>) -> bool {
    *metadata.level() == Level::ERROR
}

/// As the manual of `sentry-tracing` sets its layers up.
fn usual() -> impl Subscriber + Send + Sync {
    Registry::default()
        .with(ErrorLayer::new().with_filter(filter_fn(is_error)))
        .with(BreadcrumbLayer::new().with_filter(LevelFilter::INFO))
}

#[tokio::test]
async fn a_failure_that_is_also_logged_is_one_event() {
    #[expect(deprecated, reason = "what applications have that were set up before version 0.49")]
    let combined = Registry::default().with(sentry_tracing::layer());
    for events in [reports(Log::new(), usual()).await, reports(Log::new(), combined).await] {
        let [event] = events.try_into().unwrap_or_else(|events| panic!("want one event: {events:#?}"));
        assert_eq!(event.exception.last().map(|last| last.ty.as_str()), Some("unavailable"));
        let logged = event.breadcrumbs.iter().filter(|step| step.category.as_deref() == Some(Log::TARGET));
        assert_eq!(logged.count(), 2, "the warnings of adapter and cloud, as breadcrumbs");
    }
}

/// Shows that the test above would see a second event, and that the filter of the guide helps.
#[tokio::test]
async fn who_logs_failures_as_errors_filters_them() {
    let log = || Log::new().failure(Level::ERROR);
    assert!(reports(log(), usual()).await.len() > 1);
    let others = filter_fn(|metadata| is_error(metadata) && metadata.target() != Log::TARGET);
    let events = reports(log(), Registry::default().with(ErrorLayer::new().with_filter(others))).await;
    assert_eq!(events.len(), 1, "{events:#?}");
}
