use std::fmt;

use buckets::handlers::sentry::Sentry;
use buckets::telemetry::Scope;
use tower_layer::Layer;

use super::Reported;
use crate::telemetry::{ByOperation, ByResult, Described, Description};

/// Reports each failure of a service to Sentry; the [module](super) says when.
///
/// `D` says what a request [is](crate::telemetry::Describe), `C` how a result
/// [ends](crate::telemetry::Conclude) it, both as for the telemetry layer.
#[derive(Clone)]
pub struct SentryLayer<D = ByOperation, C = ByResult> {
    sentry: Sentry,
    describe: D,
    conclude: C,
}

impl SentryLayer {
    /// Reports the operations of this library through `sentry`.
    pub const fn new(sentry: Sentry) -> Self {
        Self { sentry, describe: ByOperation, conclude: ByResult }
    }
}

impl<F> SentryLayer<Described<F>> {
    /// Reports the calls of any service as operations of `scope`; `describe` says what a request is.
    ///
    /// Say next by [`conclude`](Self::conclude) what its results mean:
    ///
    /// ```
    /// use buckets::ErrorKind;
    /// use buckets::handlers::sentry::Sentry;
    /// use buckets::telemetry::{EventName, Outcome, Scope};
    /// use buckets_tower::sentry::SentryLayer;
    /// use buckets_tower::telemetry::Description;
    /// use tower::{ServiceBuilder, ServiceExt};
    ///
    /// static FETCH: EventName = EventName::new("my_app.rates.fetch");
    ///
    /// # let events = sentry_core::test::with_captured_events(|| {
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let service = ServiceBuilder::new()
    ///     .layer(
    ///         SentryLayer::of(Sentry::new(), Scope::global(), |_request: &&str| Description::new(&FETCH)).conclude(
    ///             |result: &Result<f64, std::io::Error>| match result {
    ///                 Ok(_) => Outcome::Success,
    ///                 Err(_) => Outcome::Error(ErrorKind::Connect),
    ///             },
    ///         ),
    ///     )
    ///     .service_fn(|_: &str| async { Err::<f64, _>(std::io::ErrorKind::ConnectionRefused.into()) });
    ///
    /// service.oneshot("EUR").await.unwrap_err();
    /// # }) });
    /// # assert_eq!(events[0].fingerprint.as_ref(), ["my_app.rates", "fetch", "", "connect"]);
    /// ```
    pub const fn of<R>(sentry: Sentry, scope: Scope, describe: F) -> Self
    where
        F: for<'a> Fn(&'a R) -> Description<'a>,
    {
        Self { sentry, describe: Described { scope, describe }, conclude: ByResult }
    }
}

impl<D> SentryLayer<D> {
    /// Describes requests in a way of your own. Nothing is put into requests: the numbers of spans
    /// that travel there are those of the telemetry layer.
    pub const fn describing(sentry: Sentry, describe: D) -> Self {
        Self { sentry, describe, conclude: ByResult }
    }
}

impl<D, C> SentryLayer<D, C> {
    /// Takes results in another way: a closure, or a [`Conclude`](crate::telemetry::Conclude).
    pub fn conclude<New>(self, conclude: New) -> SentryLayer<D, New> {
        SentryLayer { sentry: self.sentry, describe: self.describe, conclude }
    }
}

impl<S, D: Clone, C: Clone> Layer<S> for SentryLayer<D, C> {
    type Service = Reported<S, D, C>;

    fn layer(&self, inner: S) -> Self::Service {
        Reported::new(inner, self.sentry.clone(), self.describe.clone(), self.conclude.clone())
    }
}

impl<D, C> fmt::Debug for SentryLayer<D, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SentryLayer").field("sentry", &self.sentry).finish_non_exhaustive()
    }
}
