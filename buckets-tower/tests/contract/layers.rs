//! The contract of each layer, alone and above and below every other one.

use std::time::Duration;

use buckets::adapter::volume::{Signer, SigningKey};
use buckets::cost::{Budget, Ledger, Period, Tariff, Usd, sheets};
use buckets::handlers::sentry::Sentry;
use buckets::operation::Request;
use buckets::store::{BoxStore, Store};
use buckets::telemetry::Ratio;
use buckets::{BoxError, Key, Secret};
use buckets_tower::axum::SignLinksLayer;
use buckets_tower::limit::{CircuitBreaker, Concurrency, LimitLayer, LoadShedLayer, Rate};
use buckets_tower::testing::{ChaosLayer, Contract, Measure, assert_traits};
use buckets_tower::{
    CostLayer, DeadlineLayer, PrefixLayer, ReadOnlyLayer, ResumeLayer, RetryLayer, SamplingLayer, SentryLayer,
    StackLayer, TelemetryLayer, TimeoutLayer, ValidateLayer,
};
use tower::{Layer, Service, ServiceExt};

pub(crate) const MEASURE: Measure = |work| allocation_counter::measure(work).count_total;

/// A layer whose type is erased, so that all are of one.
pub(crate) type Erased = (&'static str, Box<dyn Fn(BoxStore) -> BoxStore>);

pub(crate) fn erased<L>(name: &'static str, layer: L) -> Erased
where
    L: Layer<BoxStore> + 'static,
    L::Service: Store + Service<Request, Error = BoxError>,
{
    (name, Box::new(move |store| BoxStore::new(layer.layer(store))))
}

fn base() -> Key {
    Key::new("tenants/acme").expect("valid")
}

/// Enough money for every rule.
fn cost() -> CostLayer {
    let tariff = Tariff::new(&sheets::CLOUDFLARE_R2_INFREQUENT_ACCESS);
    CostLayer::new(&Ledger::new(), &tariff).budget(Budget::new(Usd::from_dollars(1), Period::Month))
}

fn sign_links() -> SignLinksLayer {
    let key = SigningKey::new(&Secret::new("s".repeat(32))).expect("valid");
    SignLinksLayer::new(Signer::new("https://files.example", "files", key).expect("valid"))
}

/// Each layer, as little in the way as it can be.
pub(crate) fn layers() -> Vec<Erased> {
    let hour = Duration::from_secs(3600);
    vec![
        erased("telemetry", TelemetryLayer::new()),
        erased("sentry", SentryLayer::new(Sentry::new())),
        erased("deadline", DeadlineLayer::new(hour)),
        erased("sampling", SamplingLayer::new(Ratio::new(0.5))),
        erased("resume", ResumeLayer::default()),
        erased("retry", RetryLayer::default()),
        erased("timeout", TimeoutLayer::new(hour).idle(hour)),
        erased("concurrency", LimitLayer::new(Concurrency::new(8))),
        erased("rate", LimitLayer::new(Rate::new(8, Duration::from_secs(1)))),
        erased("circuit", LimitLayer::new(CircuitBreaker::new())),
        erased("load", LoadShedLayer::new()),
        erased("cost", cost()),
        erased("read only", ReadOnlyLayer::new()),
        erased("prefix", PrefixLayer::new(base())),
        erased("links", sign_links()),
        erased("validate", ValidateLayer::new().max_size(1000)),
        erased("chaos", ChaosLayer::new(1)),
        erased("stack", StackLayer::new().concurrency(Concurrency::new(8))),
    ]
}

/// The contract of one layer; a call may allocate so often, and one with a body so often.
macro_rules! alone {
    ($layer:expr, $calls:literal, $bodies:literal) => {
        assert_traits(&$layer);
        Contract::of(|probe| $layer.layer(probe)).allocating(MEASURE, $calls, $bodies).check().await.assert_kept();
    };
}

#[tokio::test(start_paused = true)]
async fn each_layer_alone() {
    alone!(TelemetryLayer::new(), 0, 0);
    alone!(SentryLayer::new(Sentry::new()), 0, 0);
    alone!(LimitLayer::new(Concurrency::new(8)), 0, 1);
    alone!(LimitLayer::new(Rate::new(8, Duration::from_secs(1))), 0, 0);
    alone!(LimitLayer::new(CircuitBreaker::new()), 0, 0);
    alone!(LoadShedLayer::new(), 0, 0);
    alone!(cost(), 0, 1);
    alone!(ReadOnlyLayer::new(), 0, 0);
    // Text and key, on either way.
    alone!(PrefixLayer::new(base()), 4, 4);
    alone!(sign_links(), 0, 0);
    alone!(ValidateLayer::new().max_size(1000), 0, 0);
    alone!(ChaosLayer::new(1), 0, 0);
}

#[tokio::test(start_paused = true)]
async fn each_layer_above_each() {
    for number in 0..layers().len() {
        for below in 0..layers().len() {
            // Made for each pair, so that no pair finds what another left.
            let ((above, put_above), (below, put_below)) = (layers().swap_remove(number), layers().swap_remove(below));
            let report =
                Contract::of(|probe| put_above(put_below(BoxStore::new(probe.map_err(BoxError::from))))).check().await;
            assert!(report.broken().next().is_none(), "{above} above {below}:\n{report}");
        }
    }
}
