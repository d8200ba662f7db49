//! A real browser that uploads straight to the store, by the same script whatever the store is.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use aws_sdk_s3::types::{CorsConfiguration, CorsRule};
use axum::Router;
use axum::response::Html;
use axum::routing::get;
use buckets::adapter::volume::{Signer, SigningKey, Volume};
use buckets::cloud::DirectUploadOptions;
use buckets::operation::Constraints;
use buckets::{Cloud, ErrorKind, Key, Secret};
use buckets_tests::components::browser::Browser;
use buckets_tests::components::seaweedfs::{BUCKET, SeaweedFs};
use buckets_tower::axum::Links;
use serde_json::json;
use tokio::net::TcpListener;

use crate::server::shared;

/// Sends a megabyte with a link, and says what the answer is.
const SEND: &str = r#"
    const [url, method, headers, done] = arguments;
    const body = new Uint8Array(1 << 20).fill(7);
    fetch(url, { method, headers, body }).then(answer => done(answer.status), error => done(String(error)));
"#;

/// Sends so many bytes with a form, and says what the answer is.
const POST: &str = r#"
    const [url, fields, size, done] = arguments;
    const form = new FormData();
    fields.forEach(([name, value]) => form.append(name, value));
    form.append("file", new Blob([new Uint8Array(size).fill(7)]), "picture.png");
    fetch(url, { method: "POST", body: form }).then(answer => done(answer.status), error => done(String(error)));
"#;

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
        Cloud::builder("files", server.adapter().build().expect("valid")).boxed().build(),
        Cloud::builder("files", volume).boxed().build(),
    ];
    let links = Links::new(clouds[1].clone(), signer).with_max_upload(2 << 20);
    let _serving = site.serve(links.into_router());

    for cloud in clouds {
        let upload = cloud.direct_upload("picture.png", DirectUploadOptions::new()).await.expect("signed");
        let headers: serde_json::Map<_, _> =
            upload.headers.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        assert_eq!(headers["content-type"], "image/png");
        let send = async |headers| {
            let arguments = vec![json!(upload.url.expose()), json!(upload.url.method().as_str()), headers];
            answer(&site, SEND, arguments).await
        };

        // Of another type than the link is for, and not at all.
        let refused = send(json!({ "content-type": "text/html" })).await;
        assert!((400..500).contains(&refused), "{refused}");
        let early = cloud.complete_upload(upload.pending.clone()).await.expect_err("nothing is there");
        assert_eq!(early.kind(), ErrorKind::NotFound);

        assert!((200..300).contains(&send(headers.into()).await));
        let object = cloud.complete_upload(upload.pending.clone()).await.expect("it is there");
        assert_eq!((object.size(), object.content_type()), (1 << 20, Some("image/png")));
        assert!(cloud.read(&object).await.expect("content").iter().all(|byte| *byte == 7));
    }
}

#[tokio::test]
async fn a_form_takes_what_it_allows_from_a_browser_and_no_more() {
    let server = shared().await;
    let site = Site::bind().await;
    allow(&server, &site.origin).await;
    let _serving = site.serve(Router::new());
    let s3 = server.adapter().build().expect("valid");
    let cloud = Cloud::builder("files", s3.clone()).build();
    let key = Key::new("direct/picture.png").expect("valid");
    let picture = Constraints::default().with_content_type("image/png").with_max_size(1000);
    let form = s3.upload_form(&key, Duration::from_secs(60), &picture).await.expect("signed");
    let fields: Vec<_> = form.expose_fields().collect();
    let post = async |size: u32| answer(&site, POST, vec![json!(form.url()), json!(fields), json!(size)]).await;

    let refused = post(1001).await;
    assert!((400..500).contains(&refused), "{refused}");
    assert!(!cloud.exists(&key).await.expect("an answer"));
    assert!((200..300).contains(&post(1000).await));
    assert_eq!(cloud.head(&key).await.expect("it is there").size, 1000);
}

/// Has the bucket answer pages of `origin`: without, a browser sends nothing.
async fn allow(server: &SeaweedFs, origin: &str) {
    let rule = CorsRule::builder()
        .allowed_origins(origin)
        .allowed_methods("PUT")
        .allowed_methods("POST")
        .allowed_headers("content-type");
    let rules = CorsConfiguration::builder().cors_rules(rule.build().expect("complete")).build().expect("complete");
    let client = server.client();
    client.put_bucket_cors().bucket(BUCKET).cors_configuration(rules).send().await.expect("the bucket takes it");
}

/// What a script on a page of the site makes of an upload: the status of the answer.
async fn answer(site: &Site, script: &str, arguments: Vec<serde_json::Value>) -> u16 {
    let browser = Browser::start().await;
    browser.window().goto(&site.origin).await.expect("the page");
    let answer = browser.window().execute_async(script, arguments).await.expect("the script");
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
