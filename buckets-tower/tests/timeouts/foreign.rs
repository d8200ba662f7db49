//! Services that know nothing of this library.

use super::*;
use buckets_tower::timeout::IdleBody;
use buckets_tower::{DeadlineLayer, TimeoutLayer};
use http_body::Frame;
use http_body_util::BodyExt;
use tower::{ServiceBuilder, ServiceExt, service_fn};

type HttpRequest = http::Request<String>;
type HttpResponse = http::Response<String>;

#[tokio::test(start_paused = true)]
async fn an_http_service_with_boxed_errors() {
    let limit = |request: &HttpRequest| (request.method() == http::Method::GET).then_some(secs(1));
    let stack = ServiceBuilder::new().layer(DeadlineLayer::of(limit)).layer(TimeoutLayer::of(limit)).service(
        service_fn(|request: HttpRequest| async move {
            sleep(secs(3)).await;
            Ok::<HttpResponse, BoxError>(HttpResponse::new(request.into_body()))
        }),
    );
    let error = stack.oneshot(HttpRequest::default()).await.expect_err("too late");
    assert!(error.is::<Elapsed>(), "{error}");
    assert_eq!(ErrorKind::of(&*error), ErrorKind::Timeout);
    let mut post = HttpRequest::default();
    *post.method_mut() = http::Method::POST;
    assert!(stack.oneshot(post).await.is_ok(), "a limit for some requests only");
}

#[derive(Debug)]
enum Mine {
    TooSlow(TimeoutClock),
}

impl From<Elapsed> for Mine {
    fn from(elapsed: Elapsed) -> Self {
        Self::TooSlow(elapsed.clock())
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_type_of_its_own() {
    let never = service_fn(|(): ()| std::future::pending::<Result<(), Mine>>());
    for (whole, clock) in [(1, TimeoutClock::Operation), (3, TimeoutClock::Attempt)] {
        let stack = ServiceBuilder::new()
            .layer(DeadlineLayer::of(move |_: &()| Some(secs(whole))))
            .layer(TimeoutLayer::of(|_: &()| Some(secs(2))))
            .service(never);
        let Mine::TooSlow(told) = stack.oneshot(()).await.expect_err("it never answers");
        assert_eq!(told, clock);
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_of_another_make() {
    let frames = drip(2, secs(1)).chain(futures_util::stream::pending());
    let body = StreamBody::new(frames.map(|chunk| chunk.map(Frame::data).map_err(BoxError::from)));
    let error = IdleBody::new(body, secs(2)).collect().await.expect_err("it stalls");
    assert_eq!(ErrorKind::of(&*error), ErrorKind::Timeout);
}
