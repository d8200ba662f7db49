//! Tokens: one per adapter, refreshed, shown to nobody else. Against a server that gives them out and compares them.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::{Form, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use buckets::adapter::Adapter;
use buckets::adapter::gcs::{AccessToken, Gcs, GcsBuilder, GcsCredentials};
use buckets::operation::Head;
use buckets::testing::Capture;
use buckets::{ErrorKind, Secret};
use buckets_tests::components::openssl::RsaKey;
use serde_json::{Value, json};

use super::{account, key};

/// Gives each service account tokens of its own, and notes who asks for which bucket with which.
#[derive(Clone)]
struct Google(Arc<Shared>);

struct Shared {
    key: RsaKey,
    url: String,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    tokens: BTreeMap<String, usize>,
    asked: Vec<(String, Option<String>)>,
}

impl Google {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let google = Self(Arc::new(Shared { key: RsaKey::generate(), url, seen: Mutex::default() }));
        let metadata = "/computeMetadata/v1/instance/service-accounts/default/token";
        let router = Router::new().route("/token", post(token)).route(metadata, get(of_machine)).fallback(object);
        let router = router.with_state(google.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        google
    }

    fn give(&self, whom: &str) -> Response {
        let mut seen = self.0.seen.lock().expect("not poisoned");
        let count = seen.tokens.entry(whom.to_owned()).or_default();
        *count += 1;
        Json(json!({"token_type": "Bearer", "access_token": format!("{whom}-{count}"), "expires_in": 3599}))
            .into_response()
    }

    fn builder(&self, bucket: &str) -> GcsBuilder {
        Gcs::builder(bucket).endpoint(&self.0.url)
    }

    fn account(&self, email: &str) -> GcsCredentials {
        GcsCredentials::service_account(account(email, &self.0.key, &format!("{}/token", self.0.url)))
    }

    fn asked(&self) -> Vec<(String, Option<String>)> {
        self.0.seen.lock().expect("not poisoned").asked.clone()
    }
}

/// The service account that an assertion is of, if its key has signed it and Google would take it (RFC 7523).
fn issuer(google: &Google, assertion: &str) -> Option<String> {
    let (signed, signature) = assertion.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    let decoded = |text: &str| URL_SAFE_NO_PAD.decode(text).expect("Base64");
    let read = |text: &str| serde_json::from_slice::<Value>(&decoded(text)).expect("JSON");
    let (header, claims) = (read(header), read(claims));
    assert_eq!(header, json!({"alg": "RS256", "typ": "JWT", "kid": "key-1"}));
    assert_eq!(claims["aud"], format!("{}/token", google.0.url));
    assert_eq!(claims["scope"], "https://www.googleapis.com/auth/devstorage.read_write");
    assert_eq!(claims["exp"].as_u64()? - claims["iat"].as_u64()?, 3600);
    let is_signed = google.0.key.has_signed(signed.as_bytes(), &decoded(signature));
    is_signed.then(|| claims["iss"].as_str().expect("text").to_owned())
}

async fn token(State(google): State<Google>, Form(form): Form<BTreeMap<String, String>>) -> Response {
    assert_eq!(form["grant_type"], "urn:ietf:params:oauth:grant-type:jwt-bearer");
    match issuer(&google, &form["assertion"]) {
        Some(email) if !email.starts_with("stranger") => google.give(email.split('@').next().expect("a name")),
        _ => (StatusCode::UNAUTHORIZED, form["assertion"].clone()).into_response(),
    }
}

async fn of_machine(State(google): State<Google>, headers: HeaderMap) -> Response {
    match headers.get("metadata-flavor") {
        Some(flavor) if flavor == "Google" => google.give("machine"),
        _ => StatusCode::FORBIDDEN.into_response(),
    }
}

async fn object(State(google): State<Google>, request: Request) -> Response {
    let bucket = request.uri().path().split('/').nth(4).expect("a bucket").to_owned();
    let token = request.headers().get("authorization").map(|value| value.to_str().expect("text").to_owned());
    google.0.seen.lock().expect("not poisoned").asked.push((bucket, token));
    StatusCode::NOT_FOUND.into_response()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn tenants_ask_for_one_token_each_and_never_use_anothers() {
    let google = Google::start().await;
    let capture = Capture::new();
    let mut asking = tokio::task::JoinSet::new();
    for number in 0..20 {
        let name = format!("tenant{number}");
        let credentials = google.account(&format!("{name}@project.example"));
        let gcs =
            google.builder(&name).credentials(credentials).dispatcher(capture.dispatcher()).build().expect("valid");
        for _ in 0..10 {
            let gcs = gcs.clone();
            asking.spawn(async move { gcs.head(Head::new(key())).await.expect_err("absent").kind() });
        }
    }
    for kind in asking.join_all().await {
        assert_eq!(kind, ErrorKind::NotFound);
    }
    let asked = google.asked();
    assert_eq!(asked.len(), 200);
    for (bucket, token) in &asked {
        assert_eq!(*token, Some(format!("Bearer {bucket}-1")));
    }
    let tokens = google.0.seen.lock().expect("not poisoned").tokens.clone();
    assert!(tokens.len() == 20 && tokens.values().all(|&count| count == 1), "{tokens:?}");
    assert_eq!(capture.named("buckets.auth.token.fetch.stop").len(), 20);
    capture.assert_conserved();
}

#[tokio::test]
async fn a_login_that_is_refused_is_told_and_shows_no_secret() {
    let google = Google::start().await;
    let capture = Capture::new();
    let builder = google.builder("bucket").credentials(google.account("stranger@canary.example"));
    let gcs = builder.clone().dispatcher(capture.dispatcher()).build().expect("valid");
    let error = gcs.head(Head::new(key())).await.expect_err("no token");
    assert_eq!((error.kind(), error.http_status()), (ErrorKind::Unauthenticated, Some(401)));
    let told = capture.one("buckets.auth.token.fetch.exception");
    assert_eq!((told.kind, &*told.adapter), (Some(ErrorKind::Unauthenticated), "gcs"));
    let source = std::error::Error::source(&error).map(ToString::to_string);
    let shown = format!("{error} {error:?} {source:?} {told:?} {builder:?} {gcs:?} {:?}", gcs.store_id());
    for secret in ["canary", "PRIVATE KEY", "eyJ", "object.txt"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    assert!(google.asked().is_empty(), "the store was asked without a token");
}

#[tokio::test]
async fn the_machines_own_account_asks_the_metadata_server() {
    let google = Google::start().await;
    let builder = google.builder("bucket").credentials(GcsCredentials::metadata_server()).authority(&google.0.url);
    let gcs = builder.build().expect("valid");
    assert_eq!(gcs.head(Head::new(key())).await.expect_err("absent").kind(), ErrorKind::NotFound);
    assert_eq!(google.asked(), [("bucket".to_owned(), Some("Bearer machine-1".to_owned()))]);
}

#[tokio::test]
async fn nobodys_requests_have_no_token() {
    let google = Google::start().await;
    let gcs = google.builder("bucket").credentials(GcsCredentials::anonymous()).build().expect("valid");
    gcs.head(Head::new(key())).await.expect_err("absent");
    assert_eq!(google.asked(), [("bucket".to_owned(), None)]);
}

#[tokio::test]
async fn the_applications_own_tokens_are_kept_while_they_are_good() {
    let google = Google::start().await;
    let capture = Capture::new();
    let asked = async |life: Duration| {
        let fetched = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&fetched);
        let credentials = GcsCredentials::tokens(move || {
            let number = counter.fetch_add(1, Relaxed);
            async move { Ok(AccessToken::new(Secret::new(format!("own-{number}")), life)) }
        });
        let builder = google.builder("bucket").credentials(credentials).dispatcher(capture.dispatcher());
        let gcs = builder.build().expect("valid");
        for _ in 0..3 {
            gcs.head(Head::new(key())).await.expect_err("absent");
        }
        fetched.load(Relaxed)
    };
    assert_eq!(asked(Duration::from_secs(3600)).await, 1);
    assert_eq!(asked(Duration::ZERO).await, 3, "one that is good for nothing is used once");
    let used: Vec<_> = google.asked().into_iter().filter_map(|(_, token)| token).collect();
    assert_eq!(used, ["own-0", "own-0", "own-0", "own-0", "own-1", "own-2"].map(|token| format!("Bearer {token}")));
    assert_eq!(capture.named("buckets.auth.token.fetch.stop").len(), 2);
    assert_eq!(capture.named("buckets.auth.token.refresh.stop").len(), 2);
    capture.assert_conserved();
}
