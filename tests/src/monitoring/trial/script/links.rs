//! Signed links.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use tower::ServiceExt;

use super::{Script, key};
use crate::monitoring::trial::facts::{End, Fact, What};

impl Script {
    /// Links that are good, and such that were changed.
    pub(super) async fn links(&mut self) {
        self.put(|script| &script.archive, 2_000).await;
        for _ in 0..8 {
            let link = self.archive.cloud.url(&key(), Duration::from_secs(600)).await.expect("signed");
            self.tell(|script| &script.archive, ("url", "url"), End::Success, 0.0, |fact| fact);
            let link = link.expose().strip_prefix("https://files.example").expect("the base").to_owned();
            assert_eq!(self.present(&link).await, StatusCode::OK);
            self.tell_link(End::Success);
            self.tell(
                |script| &script.archive,
                ("reader", "get"),
                End::Success,
                0.0,
                |fact| fact.moving("download", 2_000).first_byte_after(0.0),
            );
            assert_ne!(self.present(&link.replacen("archive/", "archive/other", 1)).await, StatusCode::OK);
            self.tell_link(End::Expected);
        }
    }

    async fn present(&self, link: &str) -> StatusCode {
        let request = Request::get(link).body(Body::empty()).expect("a request");
        let response = self.links.clone().oneshot(request).await.expect("an answer");
        let status = response.status();
        axum::body::to_bytes(response.into_body(), 10_000).await.expect("the whole content");
        status
    }

    /// A link that is presented asks nothing of the adapter.
    fn tell_link(&mut self, end: End) {
        let labels = [("operation", "link"), ("adapter", "volume"), ("cloud", "archive")];
        self.facts.push(Fact::new(What::Operation, &labels).ending(end).with("at", self.now()));
    }
}
