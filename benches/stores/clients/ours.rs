//! We, with all that one puts around a store in a service.

use std::time::Duration;

use async_trait::async_trait;
use buckets::adapter::{Adapter, Volume};
use buckets::body::PutBody;
use buckets::handlers::prometheus::Prometheus;
use buckets::handlers::sentry::Sentry;
use buckets::operation::{Get, Head, Put};
use buckets::store::Store;
use buckets::telemetry::{Dispatcher, Ratio};
use buckets::{Cloud, Key};
use buckets_tests::components::seaweedfs::SeaweedFs;
use buckets_tower::{Concurrency, LimitLayer, RetryLayer, SamplingLayer, SentryLayer, TelemetryLayer, TimeoutLayer};
use bytes::Bytes;
use futures_util::stream;

use super::{ObjectClient, PART, PARTS_AT_ONCE, pieces};

const LONG: Duration = Duration::from_secs(600);

pub(super) fn s3(endpoint: &str) -> Box<dyn ObjectClient> {
    let s3 = SeaweedFs::adapter_at(endpoint).part_size(PART as u64).part_concurrency(PARTS_AT_ONCE);
    Box::new(Layered(with_all_layers(s3.build().expect("valid settings"))))
}

/// Without fsync, which the others do not do.
pub(super) async fn files(folder: &str) -> Box<dyn ObjectClient> {
    Box::new(Layered(with_all_layers(Volume::builder(folder).fsync(false).open().await.expect("an empty folder"))))
}

fn with_all_layers<A: Adapter>(adapter: A) -> Cloud<impl Store> {
    let dispatcher = Dispatcher::new();
    Prometheus::new().attach(&dispatcher).expect("nothing else is attached");
    Cloud::builder("main", adapter)
        .layer(TimeoutLayer::new(LONG).idle(LONG))
        .layer(RetryLayer::default())
        .layer(LimitLayer::new(Concurrency::new(1024)))
        .layer(SentryLayer::new(Sentry::new()))
        .layer(TelemetryLayer::new())
        .layer(SamplingLayer::new(Ratio::new(0.1)))
        .dispatcher(dispatcher)
        .build()
}

struct Layered<S>(Cloud<S>);

fn key(name: &str) -> Key {
    Key::new(name).expect("a plain key")
}

#[async_trait]
impl<S: Store> ObjectClient for Layered<S> {
    async fn put(&self, content: Bytes) {
        self.0.call(Put::new(key("small"), content)).await.expect("stored");
    }

    async fn get(&self, name: &str) -> u64 {
        let mut body = self.0.call(Get::new(key(name))).await.expect("is there").body;
        let mut len = 0;
        while let Some(chunk) = body.next().await {
            len += chunk.expect("whole").len() as u64;
        }
        len
    }

    async fn head(&self) -> u64 {
        self.0.call(Head::new(key("small"))).await.expect("is there").size
    }

    async fn upload(&self, len: u64) {
        let content = stream::iter(pieces(len).map(Ok::<_, std::io::Error>));
        let body = PutBody::from_stream(content).with_exact_len(len);
        self.0.call(Put::new(key("large"), body)).await.expect("stored");
    }
}
