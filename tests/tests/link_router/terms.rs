//! A link is good for what it was made for and for as long, and for nothing else.

use std::time::Duration;

use buckets::Attributes;
use buckets::operation::{Constraints, SignedMethod};
use reqwest::Method;

use crate::site::{LIFE, Site, header};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test]
async fn a_link_is_good_until_its_last_second() {
    let site = Site::open().await;
    let url = site.store("a", Attributes::new(), b"x").await;
    site.clock.advance(LIFE - SECOND);
    assert_eq!(site.get(&url).await.status(), 200);
    site.clock.advance(SECOND);
    assert_eq!(site.get(&url).await.status(), 200);
    site.clock.advance(SECOND);
    assert_eq!(site.get(&url).await.status(), 403);
}

#[tokio::test]
async fn nothing_tells_why_a_link_is_refused() {
    let site = Site::open().await;
    let url = site.store("a", Attributes::new(), b"x").await;
    let other = site.store("b", Attributes::new(), b"y").await;
    let (path, query) = url.split_once('?').expect("a query");
    let upload = site.link(SignedMethod::Put, "a", Constraints::default()).await;
    let mut refused = Vec::new();
    for (method, bad) in [
        (Method::GET, path.to_owned()),
        (Method::GET, format!("{}?{query}", other.split_once('?').expect("a query").0)),
        (Method::GET, format!("{url}&max_size=9")),
        (Method::GET, url.replace("expires=1", "expires=2")),
        (Method::GET, format!("{}/__buckets__/site/missing?{query}", &url[..url.find("/__").expect("a path")])),
        (Method::PUT, url.clone()),
        (Method::GET, upload.clone()),
        (Method::HEAD, upload),
    ] {
        let response = site.client.request(method.clone(), &bad).send().await.expect("an answer");
        assert_eq!(response.status(), 403, "{method} {bad}");
        assert_eq!(header(&response, "cache-control"), "no-store");
        if method != Method::HEAD {
            refused.push(response.text().await.expect("text"));
        }
    }
    site.clock.advance(LIFE + SECOND);
    refused.push(site.get(&url).await.text().await.expect("text"));
    assert!(refused.iter().all(|text| *text == refused[0]), "{refused:?}");
    let errors = r#"buckets_operations_total{operation="link",adapter="volume",cloud="site",status="error"}"#;
    assert_eq!(site.metric(errors), 9.0);
    let failures =
        r#"buckets_operation_errors_total{operation="link",adapter="volume",cloud="site",kind="permission_denied"}"#;
    assert_eq!(site.metric(failures), 0.0, "nothing of ours failed");
}

#[tokio::test]
async fn other_methods_are_told_which_there_are() {
    let site = Site::open().await;
    let url = site.store("a", Attributes::new(), b"x").await;
    for method in [Method::POST, Method::DELETE, Method::PATCH, Method::OPTIONS] {
        let response = site.client.request(method, &url).send().await.expect("an answer");
        assert_eq!((response.status().as_u16(), header(&response, "allow")), (405, "GET, HEAD, PUT"));
    }
    assert_eq!(site.get(&url).await.status(), 200);
}

#[tokio::test]
async fn a_good_link_to_what_is_gone_says_so() {
    let site = Site::open().await;
    let url = site.store("a", Attributes::new(), b"x").await;
    site.cloud.delete("a").await.expect("deleted");
    assert_eq!(site.get(&url).await.status(), 404);
    assert_eq!(site.client.head(&url).send().await.expect("an answer").status(), 404);
}
