//! Links to the objects of a store that signs none.

use std::time::Duration;

use buckets::adapter::volume::{Signer, SigningKey};
use buckets::adapter::{Adapter, Memory};
use buckets::operation::{Constraints, OperationKind};
use buckets::{Cloud, ErrorKind, InsertOptions, Key, Secret, UrlOptions};
use buckets_tower::axum::{Links, SignLinksLayer};

const LIFE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_store_without_links_has_those_that_are_signed_above_it() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let base = format!("http://{}", listener.local_addr().expect("its address"));
    let key = SigningKey::new(&Secret::new("0123456789abcdef".repeat(2))).expect("a key");
    let signer = Signer::new(&base, "site", key).expect("a signer");
    let object = Key::new("Über/50% off?.txt").expect("valid");
    let none = Cloud::new("plain", Memory::new()).url(&object, LIFE).await.expect_err("it signs none");
    assert_eq!(none.kind(), ErrorKind::Unsupported);

    let memory = Memory::new();
    let capabilities = memory.capabilities().with(OperationKind::Sign).with_bounded_links(true);
    let layer = SignLinksLayer::new(signer.clone());
    let cloud = Cloud::builder("site", memory).capabilities(capabilities).layer(layer).build();
    let routes = Links::new(cloud.clone(), signer).into_router();
    tokio::spawn(async move { axum::serve(listener, routes).await });
    cloud.insert_with(("x", "0123456789"), InsertOptions::new().at(object.clone())).await.expect("stored");

    let disposition = Constraints::default().with_content_disposition("attachment; filename=\"other.txt\"");
    let options = UrlOptions::download(LIFE).with_constraints(disposition);
    let link = cloud.url_with(&object, options).await.expect("signed").into_exposed();
    let part = reqwest::Client::new().get(&link).header("range", "bytes=2-4").send().await.expect("an answer");
    assert_eq!(
        (part.status().as_u16(), &part.headers()["content-range"]),
        (206, &"bytes 2-4/10".parse().expect("valid"))
    );
    assert_eq!(part.headers()["content-disposition"], "attachment; filename=\"other.txt\"");
    assert_eq!(part.text().await.expect("text"), "234");
    let altered = reqwest::get(link.replace("other", "evil")).await.expect("an answer");
    assert_eq!(altered.status(), 403);

    let too_large = UrlOptions::upload(LIFE).with_constraints(Constraints::default().with_max_size(3));
    let link = cloud.url_with(&object, too_large).await.expect("signed").into_exposed();
    let refused = reqwest::Client::new().put(&link).body("0123").send().await.expect("an answer");
    assert_eq!(refused.status(), 413);
    let form = cloud.url_with(&object, UrlOptions::upload_form(LIFE)).await.expect_err("it has none");
    assert_eq!((form.kind(), form.operation()), (ErrorKind::Unsupported, Some("sign")));
}
