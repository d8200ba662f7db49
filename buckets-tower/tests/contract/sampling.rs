//! The contract of sampling, and decisions that come from elsewhere.

use buckets::telemetry::{EventName, Outcome, Ratio, Sampling, Scope, Span};
use buckets::testing::Capture;
use buckets_tower::telemetry::{Describe, Description};
use buckets_tower::testing::{Contract, assert_traits};
use buckets_tower::{SamplingLayer, TelemetryLayer};
use tower::{Layer, ServiceBuilder, ServiceExt};

use crate::layers::MEASURE;

#[tokio::test(start_paused = true)]
async fn sampling_keeps_the_contract() {
    let sampling = SamplingLayer::new(Ratio::new(0.5));
    assert_traits(&sampling);
    Contract::of(|probe| sampling.layer(probe)).allocating(MEASURE, 0, 0).check().await.assert_kept();
}

type HttpRequest = http::Request<()>;

static CALL: EventName = EventName::new("my_app.api.call");

/// Takes the decision of the client, and hands it on.
#[derive(Clone)]
struct ByHeader(Scope);

impl Describe<HttpRequest> for ByHeader {
    fn scope<'a>(&'a self, _: &'a HttpRequest) -> &'a Scope {
        &self.0
    }

    fn describe<'a>(&'a self, request: &'a HttpRequest) -> Description<'a> {
        let header = request.headers().get("traceparent").and_then(|value| value.to_str().ok());
        let carried = request.extensions().get().copied().unwrap_or(Sampling::UNDECIDED);
        Description::new(&CALL).sampling(carried.or(header.map_or(Sampling::UNDECIDED, Sampling::of_traceparent)))
    }

    fn enter(&self, request: &mut HttpRequest, span: &Span) {
        self.carry(request, span.sampling());
    }

    fn carry(&self, request: &mut HttpRequest, sampling: Sampling) {
        request.extensions_mut().insert(sampling);
    }
}

#[tokio::test]
async fn a_foreign_request_brings_a_decision_or_gets_one() {
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331";
    let header = |flags: &str| Some(format!("{trace}-{flags}"));
    for (header, weight) in [(header("01"), Some(1.0)), (header("00"), None), (None, Some(5.0))] {
        let capture = Capture::new();
        let describe = ByHeader(Scope::of(capture.dispatcher()));
        let five = |_: &buckets::telemetry::Candidate<'_>| Sampling::kept(5.0);
        let service = ServiceBuilder::new()
            .layer(SamplingLayer::describing(five, describe.clone()))
            .layer(TelemetryLayer::describing(describe).conclude(|_: &Result<Sampling, ()>| Outcome::Success))
            .service_fn(async |request: HttpRequest| Ok::<_, ()>(*request.extensions().get().expect("carried on")));
        let mut request = HttpRequest::default();
        if let Some(header) = &header {
            request.headers_mut().insert("traceparent", header.parse().expect("a value"));
        }
        let below = service.oneshot(request).await.expect("answered");
        let told: Vec<_> = capture.events().iter().map(|event| event.weight).collect();
        assert_eq!((told, below.weight()), (vec![weight; 2], weight));
    }
}
