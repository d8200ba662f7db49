//! A real browser that uploads straight to the store, by the same script whatever the store is.

use std::net::{Ipv4Addr, SocketAddr};

use aws_sdk_s3::types::{CorsConfiguration, CorsRule};
use axum::Router;
use axum::response::Html;
use axum::routing::get;
use buckets::adapter::volume::{Signer, SigningKey, Volume};
use buckets::cloud::DirectUploadOptions;
use buckets::{Checksum, Cloud, ErrorKind, InsertOptions, Secret, Upload};
use buckets_tests::components::browser::Browser;
use buckets_tests::components::seaweedfs::{BUCKET, SeaweedFs};
use buckets_tower::axum::Links;
use serde_json::json;
use tokio::net::TcpListener;

use crate::server::shared;

/// Uploads so many bytes as what `direct_upload` answers says, and tells the status: what an application's page does.
const SEND: &str = r#"
    const [{ url, method, headers, fields }, size, done] = arguments;
    const file = new Blob([new Uint8Array(size).fill(7)]);
    let body = file;
    if (method === "POST") {
        body = new FormData();
        fields.forEach(([name, value]) => body.append(name, value));
        body.append("file", file);
    }
    fetch(url, { method, headers, body }).then(answer => done(answer.status), error => done(String(error)));
"#;

const MEGABYTE: u64 = 1 << 20;

#[tokio::test]
async fn the_same_script_uploads_to_a_bucket_and_to_a_folder() {
    let server = shared().await;
    let site = Site::bind().await;
    allow(&server, &site.origin).await;
    let folder = tempfile::tempdir().expect("a folder");
    let key = SigningKey::new(&Secret::new("a secret of 32 bytes, and some more")).expect("long enough");
    let signer = Signer::new(&site.origin, "files", key).expect("an origin");
    let volume = Volume::builder(folder.path()).links(signer.clone()).open().await.expect("a folder");
    let clouds = [
        Cloud::builder("files", server.adapter().checksums(true).build().expect("valid")).boxed().build(),
        Cloud::builder("files", volume).boxed().build(),
    ];
    let links = Links::new(clouds[1].clone(), signer).with_max_upload(2 * MEGABYTE);
    let _serving = site.serve(links.into_router());
    let browser = Browser::start().await;
    browser.window().goto(&site.origin).await.expect("the page");
    let sevens = Checksum::of(&vec![7; MEGABYTE as usize]);

    for cloud in clouds {
        let any = DirectUploadOptions::new;
        for options in [any(), any().with_max_size(MEGABYTE), any().with_size(MEGABYTE).with_checksum(sevens)] {
            let is_bounded = options.size.or(options.max_size).is_some();
            let upload = cloud.direct_upload("picture.png", options.clone()).await.expect("signed");
            let link = serde_json::to_value(&upload.url).expect("JSON");
            let early = cloud.complete_upload(upload.pending.clone()).await.expect_err("nothing is there");
            assert_eq!(early.kind(), ErrorKind::NotFound);

            // Of another type than the link is for; too large; other content.
            let mut refused = vec![(changed(&link, "image/png", "text/html"), MEGABYTE)];
            refused.extend(is_bounded.then(|| (link.clone(), MEGABYTE + 1)));
            if let Some(checksum) = options.checksum {
                assert_eq!(checksum, sevens);
                refused.push((link.clone(), MEGABYTE - 1));
            }
            for (link, size) in refused {
                let status = send(&browser, &link, size).await;
                assert!((400..500).contains(&status), "{}: {status} to {size} bytes, {options:?}", cloud.adapter());
                assert!(!cloud.exists(upload.pending.location()).await.expect("an answer"));
            }

            let status = send(&browser, &link, MEGABYTE).await;
            assert!((200..300).contains(&status), "{}: {status}, {options:?}", cloud.adapter());
            let object = cloud.complete_upload(upload.pending).await.expect("it is there");
            assert_eq!((object.size(), object.content_type()), (MEGABYTE, Some("image/png")));
            assert!(cloud.read(&object).await.expect("content").iter().all(|byte| *byte == 7));
        }
    }
}

#[tokio::test]
async fn what_is_not_what_was_allowed_is_not_taken() {
    let server = shared().await;
    let cloud = Cloud::builder("files", server.adapter().checksums(true).build().expect("valid")).build();
    let hello = Checksum::of(b"hello");
    let any = DirectUploadOptions::new;
    for (options, content, refused) in [
        (any().with_size(5).with_checksum(hello), "hello", None),
        (any().with_size(5), "four", Some(ErrorKind::InvalidInput)),
        (any().with_max_size(5), "longer", Some(ErrorKind::TooLarge)),
        (any().with_checksum(hello), "hallo", Some(ErrorKind::ChecksumMismatch)),
        (any().with_content_type("image/png"), "hello", Some(ErrorKind::InvalidInput)),
    ] {
        let upload = cloud.direct_upload("a.txt", options).await.expect("signed");
        // By another way than the link, which would have refused it.
        let insert = InsertOptions::new().at(upload.pending.location().key().clone());
        cloud.insert_with(Upload::from_bytes("a.txt", content), insert).await.expect("stored");
        // Between the two requests of a browser, an application keeps it.
        let kept = serde_json::to_string(&upload.pending).expect("JSON");
        let taken = cloud.complete_upload(serde_json::from_str(&kept).expect("as it was")).await;
        assert_eq!(taken.err().map(|error| error.kind()), refused, "{content}");
    }
}

/// The same link with another value in its headers and fields.
fn changed(link: &serde_json::Value, from: &str, to: &str) -> serde_json::Value {
    let (from, to) = (json!(from).to_string(), json!(to).to_string());
    serde_json::from_str(&link.to_string().replace(&from, &to)).expect("JSON")
}

/// Has the bucket answer pages of `origin`: without, a browser sends nothing.
async fn allow(server: &SeaweedFs, origin: &str) {
    let rule = CorsRule::builder()
        .allowed_origins(origin)
        .allowed_methods("PUT")
        .allowed_methods("POST")
        .allowed_headers("content-type")
        .allowed_headers("x-amz-checksum-crc32c");
    let rules = CorsConfiguration::builder().cors_rules(rule.build().expect("complete")).build().expect("complete");
    let client = server.client();
    client.put_bucket_cors().bucket(BUCKET).cors_configuration(rules).send().await.expect("the bucket takes it");
}

/// What a page's script makes of an upload: the status of the answer.
async fn send(browser: &Browser, link: &serde_json::Value, size: u64) -> u16 {
    let answer = browser.window().execute_async(SEND, vec![link.clone(), json!(size)]).await.expect("the script");
    let status = answer.json().as_u64().and_then(|status| u16::try_from(status).ok());
    status.unwrap_or_else(|| panic!("the browser says: {}", answer.json()))
}

/// An application's own site, another than the store's.
struct Site {
    listener: std::net::TcpListener,
    origin: String,
}

impl Site {
    async fn bind() -> Self {
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await.expect("a free port");
        let origin = format!("http://{}", listener.local_addr().expect("its address"));
        Self { listener: listener.into_std().expect("a listener"), origin }
    }

    /// Serves a page, and `more`, until what it gives is dropped.
    fn serve(&self, more: Router) -> tokio::task::JoinSet<()> {
        let app = more.route("/", get(async || Html("<!doctype html><title>Uploads</title>")));
        let listener = self.listener.try_clone().and_then(TcpListener::from_std).expect("a listener");
        let mut serving = tokio::task::JoinSet::new();
        serving.spawn(async { axum::serve(listener, app).await.expect("it serves") });
        serving
    }
}
