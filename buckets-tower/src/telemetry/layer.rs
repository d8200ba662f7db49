use std::fmt;

use buckets::telemetry::Scope;
use tower_layer::Layer;

use super::{ByOperation, ByResult, Described, Description, Telemetry};

/// Reports each call of a service; the [module](super) says when and what.
///
/// `D` says what a request [is](super::Describe), `C` how a result [ends](super::Conclude) it.
#[derive(Clone, Copy, Default)]
pub struct TelemetryLayer<D = ByOperation, C = ByResult> {
    describe: D,
    conclude: C,
}

impl TelemetryLayer {
    /// Reports the operations of this library, in the scope of their requests.
    pub const fn new() -> Self {
        Self { describe: ByOperation, conclude: ByResult }
    }
}

impl<F> TelemetryLayer<Described<F>> {
    /// Reports the calls of any service as operations of `scope`; `describe` says what a request is.
    ///
    /// Say next by [`conclude`](Self::conclude) what its results mean:
    ///
    /// ```
    /// use buckets::ErrorKind;
    /// use buckets::telemetry::{EventName, Outcome, Scope};
    /// use buckets::testing::Capture;
    /// use buckets_tower::TelemetryLayer;
    /// use buckets_tower::telemetry::Description;
    /// use tower::{ServiceBuilder, ServiceExt};
    ///
    /// static GET: EventName = EventName::new("my_app.api.get");
    /// static OTHER: EventName = EventName::new("my_app.api.other");
    ///
    /// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
    /// let capture = Capture::new();
    /// let service = ServiceBuilder::new()
    ///     .layer(
    ///         TelemetryLayer::of(Scope::of(capture.dispatcher()), |request: &http::Request<String>| {
    ///             Description::new(if request.method() == http::Method::GET { &GET } else { &OTHER })
    ///         })
    ///         .conclude(|result: &Result<http::Response<String>, std::io::Error>| match result {
    ///             Ok(response) if response.status().is_server_error() => Outcome::Error(ErrorKind::Unavailable),
    ///             Ok(_) => Outcome::Success,
    ///             Err(_) => Outcome::Error(ErrorKind::Connect),
    ///         }),
    ///     )
    ///     .service_fn(|_request: http::Request<String>| async {
    ///         let mut response = http::Response::new("try later".to_owned());
    ///         *response.status_mut() = http::StatusCode::SERVICE_UNAVAILABLE;
    ///         Ok::<_, std::io::Error>(response)
    ///     });
    ///
    /// service.oneshot(http::Request::new(String::new())).await?;
    ///
    /// assert_eq!(capture.one("my_app.api.get.exception").kind, Some(ErrorKind::Unavailable));
    /// capture.assert_conserved();
    /// # Ok::<(), Box<dyn std::error::Error>>(()) })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub const fn of<R>(scope: Scope, describe: F) -> Self
    where
        F: for<'a> Fn(&'a R) -> Description<'a>,
    {
        Self { describe: Described::new(scope, describe), conclude: ByResult }
    }
}

impl<D> TelemetryLayer<D> {
    /// Describes requests in a way of your own, the span's id in the request included.
    pub const fn describing(describe: D) -> Self {
        Self { describe, conclude: ByResult }
    }
}

impl<D, C> TelemetryLayer<D, C> {
    /// Ends spans by another reading of results: a closure, or a [`Conclude`](super::Conclude).
    pub fn conclude<New>(self, conclude: New) -> TelemetryLayer<D, New> {
        TelemetryLayer { describe: self.describe, conclude }
    }
}

impl<S, D: Clone, C: Clone> Layer<S> for TelemetryLayer<D, C> {
    type Service = Telemetry<S, D, C>;

    fn layer(&self, inner: S) -> Self::Service {
        Telemetry::new(inner, self.describe.clone(), self.conclude.clone())
    }
}

impl<D, C> fmt::Debug for TelemetryLayer<D, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TelemetryLayer")
    }
}
