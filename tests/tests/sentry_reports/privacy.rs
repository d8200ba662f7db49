//! What other libraries' errors say is not reported unless asked for.

use buckets::handlers::sentry::Sentry;
use buckets::telemetry::Dispatcher;
use buckets::{Cloud, Error, ErrorKind};

use crate::inbox::Inbox;
use crate::stores::{failing, key};

#[derive(Debug, Clone, Copy)]
struct Talkative;

impl std::fmt::Display for Talkative {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("GET https://bucket.example/anna/cv.pdf?X-Amz-Signature=0123 failed")
    }
}

impl std::error::Error for Talkative {}

fn talkative() -> Error {
    Error::new(ErrorKind::Connect, "no connection could be made").with_source(std::io::Error::other(Talkative))
}

async fn chain(sentry: Sentry) -> Vec<(String, Option<String>)> {
    let dispatcher = Dispatcher::new();
    sentry.attach(&dispatcher).expect("attached");
    let cloud = Cloud::over("uploads", "s3", failing(talkative)).dispatcher(dispatcher).build();
    let inbox = Inbox::new();
    inbox.during(cloud.read(&key())).await.expect_err("it fails");
    let event = inbox.one();
    let shown = sentry::protocol::Event::clone(&event);
    let text = serde_json::to_string(&shown).expect("JSON");
    assert_eq!(text.contains("anna"), text.contains("X-Amz-Signature"), "all or nothing");
    event.exception.into_iter().map(|exception| (exception.ty, exception.value)).collect()
}

#[tokio::test]
async fn sources_are_told_of_and_not_quoted() {
    let chain = chain(Sentry::new()).await;
    assert_eq!(chain.len(), 2, "{chain:?}");
    assert_eq!(chain[0], ("source".into(), Some("not shown: an error of another library".into())));
    assert_eq!(chain[1], ("connect".into(), Some("no connection could be made".into())));
}

#[tokio::test]
async fn sources_are_quoted_to_who_asks() {
    let chain = chain(Sentry::builder().show_sources(true).build()).await;
    assert_eq!(chain[0].0, "Talkative");
    assert!(chain[0].1.as_deref().is_some_and(|text| text.contains("X-Amz-Signature")));
}
