//! Links of the running service. Everything about links that needs no service is tested beside them.

use serde_json::Value;

use crate::support::{Service, content};

#[tokio::test]
async fn an_altered_link_is_refused_and_counted() {
    let service = Service::start().await;
    let stored = service.store("a.txt", "secret content").await;
    let other = service.store("b.txt", "other content").await;
    let (url, other) = (stored["url"].as_str().expect("a link"), other["url"].as_str().expect("a link"));
    let (path, query) = url.split_once('?').expect("a query");
    let (other_path, other_query) = other.split_once('?').expect("a query");
    let altered = [
        path.to_owned(),
        format!("{path}?"),
        format!("{url}0"),
        format!("{url}&x=y"),
        format!("{other_path}?{query}"),
        format!("{path}?{other_query}"),
        url.replace("a.txt", "%61.txt"),
    ];
    let mut bodies = Vec::new();
    for altered in &altered {
        let response = service.client.get(altered).send().await.expect("an answer");
        assert_eq!(response.status(), 403, "{altered}");
        bodies.push(response.bytes().await.expect("a body"));
    }
    let put = service.client.put(url).body("replaced").send().await.expect("an answer");
    assert_eq!(put.status(), 403);
    bodies.push(put.bytes().await.expect("a body"));
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "the answer says more than that the link is no good");

    let intact = service.client.get(url).send().await.expect("an answer");
    assert_eq!(intact.text().await.expect("text"), "secret content");
    let refused = altered.len() as f64 + 1.0;
    assert_eq!(
        service.metric("buckets_operations_total", &[("operation", "link"), ("status", "error")]).await,
        refused
    );
    assert_eq!(service.metric("buckets_operations_total", &[("operation", "link"), ("status", "success")]).await, 1.0);
}

#[tokio::test]
async fn a_download_can_be_resumed_and_asked_about() {
    let service = Service::start().await;
    let bytes = content(100_000);
    let stored = service.store("a.bin", bytes.clone()).await;
    let url = stored["url"].as_str().expect("a link");
    let whole = service.client.get(url).send().await.expect("an answer");
    let tag = whole.headers()["etag"].clone();
    assert_eq!(whole.headers()["content-security-policy"], "sandbox; default-src 'none'");

    let part = service.client.get(url).header("range", "bytes=60000-").header("if-range", &tag).send().await;
    let part = part.expect("an answer");
    assert_eq!(
        (part.status().as_u16(), &part.headers()["content-range"]),
        (206, &"bytes 60000-99999/100000".parse().expect("a value"))
    );
    assert!(part.bytes().await.expect("bytes") == bytes[60_000..]);

    let again = service.client.get(url).header("if-none-match", &tag).send().await.expect("an answer");
    assert_eq!(again.status(), 304);
    let beyond = service.client.get(url).header("range", "bytes=100000-").send().await.expect("an answer");
    assert_eq!(
        (beyond.status().as_u16(), &beyond.headers()["content-range"]),
        (416, &"bytes */100000".parse().expect("a value"))
    );
    let head = service.client.head(url).send().await.expect("an answer");
    assert_eq!(head.headers()["content-length"], "100000");
}

#[tokio::test]
async fn links_hold_over_a_restart() {
    let service = Service::start().await;
    let stored = service.store("a.txt", "still here").await;
    let url = stored["url"].as_str().expect("a link").to_owned();
    let old = service.url("");
    let service = Service::start_in(service.stop()).await;
    let moved = url.replace(&old, &service.url(""));
    assert_eq!(service.client.get(moved).send().await.expect("an answer").text().await.expect("text"), "still here");
    let [listed] = service.listed().await.try_into().expect("one file");
    assert_eq!(listed["id"], stored["id"]);
    let shown: Value =
        service.get(&format!("/files/{}", stored["id"].as_str().expect("an id"))).await.json().await.expect("JSON");
    assert_eq!(shown["size"], 10);
}
