//! What a store that can only be read lets through.

use std::time::Duration;

use buckets::operation::{Copy, Delete, Get, Head, List, Operation, Put, Request, Sign, SignedMethod};
use buckets::{ErrorKind, Key, Prefix};
use buckets_tower::ReadOnlyLayer;
use buckets_tower::testing::{Probe, Script};
use tower::{Layer, ServiceExt};

struct Tag;

impl Operation for Tag {
    type Output = ();
    const NAME: &'static str = "tag";
}

#[tokio::test]
async fn only_what_cannot_change_the_store_gets_there() {
    let script = Script::default();
    let service = ReadOnlyLayer::new().layer(Probe::new(&script));
    let key = || Key::new("a").expect("valid");
    let sign = |method| Request::new(Sign::new(key(), method, Duration::from_secs(60)).expect("valid"));
    let writes = [
        Request::new(Put::new(key(), "content")),
        Request::new(Delete::new(key())),
        Request::new(Copy::new(key(), key())),
        sign(SignedMethod::Put),
        Request::new(Tag),
    ];
    for request in writes {
        let name = request.op.name();
        let error = service.clone().oneshot(request).await.expect_err(name);
        assert_eq!((error.kind(), error.operation()), (ErrorKind::PermissionDenied, Some(name)));
    }
    assert_eq!(script.calls(), 0);
    let reads = [
        Request::new(Get::new(key())),
        Request::new(Head::new(key())),
        Request::new(List::new(Prefix::default())),
        sign(SignedMethod::Get),
    ];
    for (calls, request) in reads.into_iter().enumerate() {
        // The probe cannot sign, which it says itself.
        let _ = service.clone().oneshot(request).await;
        assert_eq!(script.calls(), calls + 1);
    }
}
