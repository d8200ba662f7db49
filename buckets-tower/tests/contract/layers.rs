//! The contract of each layer, alone and above and below every other one.

use std::time::Duration;

use buckets::BoxError;
use buckets::operation::Request;
use buckets::store::{BoxStore, Store};
use buckets_tower::testing::{Contract, Measure, assert_traits};
use buckets_tower::{DeadlineLayer, TelemetryLayer, TimeoutLayer};
use tower::{Layer, Service, ServiceExt};

pub(crate) const MEASURE: Measure = |work| allocation_counter::measure(work).count_total;

/// A layer whose type is erased, so that all are of one.
type Erased = (&'static str, Box<dyn Fn(BoxStore) -> BoxStore>);

fn erased<L>(name: &'static str, layer: L) -> Erased
where
    L: Layer<BoxStore> + 'static,
    L::Service: Store + Service<Request, Error = BoxError>,
{
    (name, Box::new(move |store| BoxStore::new(layer.layer(store))))
}

/// Each layer, as little in the way as it can be.
fn layers() -> Vec<Erased> {
    let hour = Duration::from_secs(3600);
    vec![
        erased("telemetry", TelemetryLayer::new()),
        erased("deadline", DeadlineLayer::new(hour)),
        erased("timeout", TimeoutLayer::new(hour).idle(hour)),
    ]
}

#[tokio::test(start_paused = true)]
async fn each_layer_alone() {
    let telemetry = TelemetryLayer::new();
    assert_traits(&telemetry);
    Contract::of(|probe| telemetry.layer(probe)).allocating(MEASURE, 0, 0).check().await.assert_kept();
}

#[tokio::test(start_paused = true)]
async fn each_layer_above_each() {
    for (above, put_above) in layers() {
        for (below, put_below) in layers() {
            let report =
                Contract::of(|probe| put_above(put_below(BoxStore::new(probe.map_err(BoxError::from))))).check().await;
            assert!(report.broken().next().is_none(), "{above} above {below}:\n{report}");
        }
    }
}
