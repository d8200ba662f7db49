use buckets::Cloud;
use buckets::cloud::CloudBuilder;
use buckets::store::Store;
use buckets::telemetry::Dispatcher;
use buckets_tower::{Telemetry, TelemetryLayer};

use crate::monitoring::trial::fate::Fates;

/// A cloud with what befalls its store.
pub(super) struct Place {
    pub(super) cloud: Cloud,
    pub(super) name: &'static str,
    pub(super) adapter: &'static str,
    pub(super) fates: Fates,
    /// Whether something in it tries again, and so counts attempts.
    pub(super) counts_attempts: bool,
}

impl Place {
    /// With what `wrap` puts around the store, under its telemetry.
    pub(super) fn build<S>(
        name: &'static str,
        dispatcher: &Dispatcher,
        wrap: impl FnOnce(Fates) -> CloudBuilder<S>,
    ) -> Self
    where
        Telemetry<S>: Store,
    {
        let fates = Fates::default();
        let cloud = wrap(fates.clone()).layer(TelemetryLayer::new()).dispatcher(dispatcher.clone()).build().boxed();
        let adapter = if cloud.adapter() == "volume" { "volume" } else { "memory" };
        Self { cloud, name, adapter, fates, counts_attempts: false }
    }

    pub(super) fn counting_attempts(self) -> Self {
        Self { counts_attempts: true, ..self }
    }
}
