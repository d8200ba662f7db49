//! Services that know nothing of this library.

use super::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use buckets::ErrorKind;
use buckets::adapter::retry_after;
use buckets::telemetry::{EventName, Number};
use buckets_tower::retry::{Failure, Verdict};
use buckets_tower::telemetry::{Described, Description};
use tokio::time::Instant;
use tower::{ServiceExt, service_fn};

type HttpRequest = http::Request<String>;
type HttpResponse = http::Response<String>;
type Answer = Result<HttpResponse, std::io::Error>;

static CALL: EventName = EventName::new("my_app.api.call");

fn judge(request: &HttpRequest, result: &Answer) -> Verdict {
    match result {
        Ok(response) if response.status() == 503 && request.method().is_idempotent() => {
            let after = retry_after(response.headers(), std::time::SystemTime::UNIX_EPOCH);
            Verdict::Retry(Failure::new(ErrorKind::Unavailable).after(after))
        }
        _ => Verdict::Final,
    }
}

#[tokio::test(start_paused = true)]
async fn an_http_service_is_tried_again_in_its_own_terms() {
    let (capture, calls) = (Capture::new(), Arc::new(AtomicU32::new(0)));
    let count = Arc::clone(&calls);
    let service = service_fn(move |request: HttpRequest| {
        let call = count.fetch_add(1, Ordering::Relaxed);
        async move {
            let mut response = HttpResponse::new(request.into_body());
            if call < 2 {
                *response.status_mut() = http::StatusCode::SERVICE_UNAVAILABLE;
                response.headers_mut().insert("retry-after", http::HeaderValue::from_static("5"));
            }
            Ok::<_, std::io::Error>(response)
        }
    });
    let describe = Described::new(Scope::of(capture.dispatcher()), |_: &HttpRequest| Description::new(&CALL));
    let stack =
        ServiceBuilder::new().layer(RetryLayer::of(policy(), judge).describing(describe)).service(service.clone());

    let began = Instant::now();
    let response = stack.oneshot(HttpRequest::new("hello".into())).await.expect("answered");
    assert_eq!((response.status().as_u16(), response.body().as_str()), (200, "hello"));
    assert!(began.elapsed() >= secs(10), "as it asked for, twice");
    let retries = capture.named("my_app.api.call.retry");
    assert_eq!((retries.len(), retries[1].measurement("attempt")), (2, Some(Number::U64(2))));
    assert_eq!(retries[0].operation, "call");

    calls.store(0, Ordering::Relaxed);
    let mut post = HttpRequest::new("hello".into());
    *post.method_mut() = http::Method::POST;
    let silent = ServiceBuilder::new().layer(RetryLayer::of(policy(), judge)).service(service);
    assert_eq!(silent.oneshot(post).await.expect("answered").status(), 503, "a post is not repeated");
}
