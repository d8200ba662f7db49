//! Public URLs, where there is no signature.

use std::time::Duration;

use buckets::{Cloud, InsertOptions, Key};
use buckets_tests::components::curl;
use buckets_tests::components::seaweedfs::{BUCKET, PUBLIC};

use crate::server::shared;

#[tokio::test]
async fn a_public_url_is_where_anyone_finds_what_is_public_and_only_that() {
    let server = shared().await;
    let base = format!("{}/{BUCKET}/", server.endpoint());
    let builder = Cloud::builder("files", server.adapter().build().expect("valid"));
    let cloud = builder.public_base_url(&base).expect("a base URL").build();
    for (folder, status) in [(PUBLIC, 200), ("not-public", 403)] {
        let key = Key::new(format!("{folder}/ä b+c%2fd?e#f&g.txt")).expect("valid");
        let object = cloud.insert_with(("x.txt", "hello"), InsertOptions::new().at(key)).await.expect("stored");
        let url = cloud.public_url(&object).expect("has a base URL");
        let (answered, content) = curl::answer(&[&url]).await;
        assert_eq!((answered, content == b"hello"), (status, status == 200), "{folder}");
        // The store's own client writes it in the same way.
        let signed = cloud.url(&object, Duration::from_secs(60)).await.expect("signed");
        assert_eq!(signed.expose().split('?').next(), Some(&*url), "{folder}");
    }
}
