//! Azure: the conformance suite and links against the emulator, tokens against a server that counts them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::{Form, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use buckets::adapter::azure::{Azure, AzureBuilder, AzureCredentials};
use buckets::adapter::{Adapter, Backend};
use buckets::operation::{Constraints, Head, OperationKind, Put, Sign, SignedMethod};
use buckets::testing::Capture;
use buckets::testing::conformance::{self, Options};
use buckets::{Attributes, CloudConfig, ErrorKind, Key, Secret};
use buckets_tests::components::azurite::Azurite;
use serde_json::json;

const CONTAINER: &str = "uploads";

fn builder(azurite: &Azurite) -> AzureBuilder {
    let key = AzureCredentials::access_key(Secret::new(Azurite::KEY));
    Azure::builder(Azurite::ACCOUNT, CONTAINER).endpoint(azurite.endpoint()).credentials(key)
}

fn key() -> Key {
    Key::new("dir/object.txt").expect("valid")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn azure_conforms() {
    let azurite = Azurite::start(CONTAINER).await;
    let azure = builder(&azurite).part_size(1 << 20).build().expect("valid");
    let capabilities = azure.capabilities();
    let report = conformance::run(Backend::new(azure), capabilities, Options::new().server_decides()).await;
    println!("{report}");
    report.assert_passed();
}

#[tokio::test]
async fn a_configured_container_keeps_files() {
    let azurite = Azurite::start(CONTAINER).await;
    let text = format!(
        "[clouds.uploads]\nadapter = 'azure'\naccount = '{}'\ncontainer = '{CONTAINER}'\naccount_key = '{}'\nendpoint = '{}'",
        Azurite::ACCOUNT,
        Azurite::KEY,
        azurite.endpoint(),
    );
    let [config] = CloudConfig::all_from_toml(&text).expect("valid").try_into().expect("one cloud");
    let cloud = buckets::Cloud::from_config(&config).await.expect("opened");
    assert_eq!((cloud.name(), cloud.adapter()), ("uploads", "azure"));
    let object = cloud.insert(("x.txt", "kept")).await.expect("inserted");
    assert_eq!(cloud.read(&object).await.expect("read"), "kept");

    let wrong = text.replace(Azurite::KEY, "hunter2");
    let [config] = CloudConfig::all_from_toml(&wrong).expect("valid").try_into().expect("one cloud");
    let error = buckets::Cloud::from_config(&config).await.expect_err("that is no key");
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
}

#[tokio::test]
async fn links_are_good_for_one_thing_and_no_other() {
    let azurite = Azurite::start(CONTAINER).await;
    let azure = builder(&azurite).build().expect("valid");
    let link = async |method| {
        let sign = Sign::new(key(), method, Duration::from_secs(60)).expect("valid");
        azure.sign(sign).await.expect("signed")
    };
    let (download, upload) = (link(SignedMethod::Get).await, link(SignedMethod::Put).await);
    let headers: Vec<_> = upload.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let (download, upload) = (download.into_exposed(), upload.into_exposed());
    let http = reqwest::Client::new();
    let put = async |url: &str| {
        let request = http.put(url).body("from a browser");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(name, value));
        request.send().await.expect("an answer").status()
    };
    assert_eq!(put(&upload).await, 201);
    assert_eq!(put(&download).await, 403, "a link to download uploads");
    let answer = http.get(&download).send().await.expect("an answer");
    assert_eq!(answer.text().await.expect("text"), "from a browser");
    assert_eq!(http.get(&upload).send().await.expect("an answer").status(), 403, "a link to upload downloads");
    assert_eq!(put(&upload.replace("object", "another")).await, 403, "a link is good for another object");
}

#[tokio::test]
async fn a_link_leads_to_every_key_and_says_what_the_answer_is() {
    let azurite = Azurite::start(CONTAINER).await;
    let azure = builder(&azurite).build().expect("valid");
    for name in ["dir/Über uns.txt", "50% off?#1", "a+b&c=d", "\"a\" <b>", "%2e%2e/x", "a:b@c;d,e", "🗝"] {
        let key = Key::new(name).expect("valid");
        azure.put(Put::new(key.clone(), name.to_owned())).await.expect("stored");
        let disposition = "attachment; filename=\"_ 1&2.txt\"; filename*=UTF-8''%C3%9C%201%262.txt";
        let answer = Constraints::default().with_content_type("text/x-odd").with_content_disposition(disposition);
        let sign = Sign::new(key, SignedMethod::Get, Duration::from_secs(60)).expect("valid").with_constraints(answer);
        let link = azure.sign(sign).await.expect("signed").into_exposed();
        let get = async |url: &str| reqwest::get(url).await.expect("an answer");
        let downloaded = get(&link).await;
        assert_eq!(downloaded.status(), 200, "{name}");
        assert_eq!(downloaded.headers()["content-type"], "text/x-odd");
        assert_eq!(downloaded.headers()["content-disposition"], disposition);
        assert_eq!(downloaded.text().await.expect("text"), name);
        assert_eq!(get(&link.replace("attachment", "inline")).await.status(), 403, "the disposition is not signed");
    }
}

#[tokio::test]
async fn who_has_no_key_of_the_account_makes_fewer_links() {
    let sas = AzureCredentials::sas(Secret::new("sv=2020-12-06&sr=c&sp=r&se=2030-01-01&sig=canary"));
    let client = AzureCredentials::client_secret("tenant", "client", Secret::new("canary"));
    let disposition = Constraints::default().with_content_disposition("attachment");
    let nobody = "http://127.0.0.1:1";
    for (credentials, signs) in [(sas, false), (client, true)] {
        let azure = Azure::builder("account", CONTAINER).endpoint(nobody).authority(nobody).credentials(credentials);
        let azure = azure.build().expect("valid");
        assert_eq!(azure.capabilities().supports(OperationKind::Sign), signs);
        let sign = Sign::new(key(), SignedMethod::Get, Duration::from_secs(60)).expect("valid");
        let refused = azure.sign(sign.with_constraints(disposition.clone())).await.expect_err("refused");
        assert_eq!(refused.kind(), ErrorKind::Unsupported, "without asking anybody");
    }
}

#[tokio::test]
async fn another_key_is_refused_and_nothing_secret_is_shown() {
    let azurite = Azurite::start(CONTAINER).await;
    let wrong = Secret::new("Y2FuYXJ5LWNhbmFyeS1jYW5hcnk=");
    let builder = builder(&azurite).credentials(AzureCredentials::access_key(wrong.clone()));
    let azure = builder.clone().build().expect("valid");
    let error = azure.head(Head::new(key())).await.expect_err("refused");
    assert!(matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::Unauthenticated), "{error:?}");
    let source = std::error::Error::source(&error).map(ToString::to_string);
    let id = azure.store_id();
    let shown = format!("{error} {error:?} {source:?} {builder:?} {azure:?} {id:?}");
    for secret in [wrong.expose(), "object.txt", "127.0.0.1"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[tokio::test]
async fn settings_that_are_missing_or_wrong_are_told_by_build() {
    let refused = |builder: AzureBuilder| builder.build().expect_err("refused").kind();
    assert_eq!(refused(Azure::builder("account", "container")), ErrorKind::InvalidInput);
    let no_base64 = AzureCredentials::access_key(Secret::new("?"));
    assert_eq!(refused(Azure::builder("account", "container").credentials(no_base64)), ErrorKind::InvalidInput);
    let key = || AzureCredentials::access_key(Secret::new(Azurite::KEY));
    let one = Azure::builder("account", "container").credentials(key()).build().expect("valid");
    let same = Azure::builder("account", "container").credentials(key()).build().expect("valid");
    let other = Azure::builder("account", "other").credentials(key()).build().expect("valid");
    assert_eq!(one.store_id(), same.store_id());
    assert_ne!(one.store_id(), other.store_id());
}

/// Gives each client tokens of its own, and notes who asks for which container with which.
#[derive(Clone, Default)]
struct Cloud(Arc<Mutex<Seen>>);

#[derive(Default)]
struct Seen {
    tokens: BTreeMap<String, usize>,
    asked: Vec<(String, String)>,
}

async fn token(State(cloud): State<Cloud>, Form(form): Form<BTreeMap<String, String>>) -> Response {
    let client = &form["client_id"];
    if form["client_secret"] != format!("secret of {client}") {
        return (axum::http::StatusCode::UNAUTHORIZED, form["client_secret"].clone()).into_response();
    }
    assert_eq!((&*form["grant_type"], &*form["scope"]), ("client_credentials", "https://storage.azure.com/.default"));
    let mut seen = cloud.0.lock().expect("not poisoned");
    let count = seen.tokens.entry(client.clone()).or_default();
    *count += 1;
    Json(json!({"token_type": "Bearer", "access_token": format!("{client}-{count}"), "expires_in": 3599}))
        .into_response()
}

async fn blob(State(cloud): State<Cloud>, request: Request) -> Response {
    let path = request.uri().path().trim_start_matches('/').to_owned();
    let token = request.headers()["authorization"].to_str().expect("text").to_owned();
    cloud.0.lock().expect("not poisoned").asked.push((path, token));
    axum::http::StatusCode::NOT_FOUND.into_response()
}

/// Serves tokens and blobs, and says where.
async fn serve(cloud: Cloud) -> String {
    let router = Router::new().route("/{tenant}/oauth2/v2.0/token", post(token)).fallback(blob);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router.with_state(cloud)).await });
    format!("http://{address}")
}

fn tenant(url: &str, name: &str, secret: &str) -> AzureBuilder {
    let credentials = AzureCredentials::client_secret("directory", name, Secret::new(secret));
    Azure::builder(name, name).endpoint(format!("{url}/{name}")).authority(url).credentials(credentials)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn tenants_ask_for_one_token_each_and_never_use_anothers() {
    let cloud = Cloud::default();
    let url = serve(cloud.clone()).await;
    let capture = Capture::new();
    let mut asking = tokio::task::JoinSet::new();
    for number in 0..20 {
        let name = format!("tenant{number}");
        let azure = tenant(&url, &name, &format!("secret of {name}")).dispatcher(capture.dispatcher());
        let azure = azure.build().expect("valid");
        for _ in 0..10 {
            let azure = azure.clone();
            asking.spawn(async move { azure.head(Head::new(key())).await.expect_err("absent").kind() });
        }
    }
    for kind in asking.join_all().await {
        assert_eq!(kind, ErrorKind::NotFound);
    }
    let seen = cloud.0.lock().expect("not poisoned");
    assert_eq!((seen.tokens.len(), seen.asked.len()), (20, 200));
    assert!(seen.tokens.values().all(|&count| count == 1), "{:?}", seen.tokens);
    for (path, token) in &seen.asked {
        let name = path.split('/').next().expect("a tenant");
        assert_eq!(*token, format!("Bearer {name}-1"), "at {path}");
    }
    assert_eq!(capture.named("buckets.auth.token.fetch.stop").len(), 20);
    capture.assert_conserved();
}

#[tokio::test]
async fn a_login_that_is_refused_is_told_and_shows_no_secret() {
    let url = serve(Cloud::default()).await;
    let capture = Capture::new();
    let azure = tenant(&url, "tenant", "canary").dispatcher(capture.dispatcher()).build().expect("valid");
    let error = azure.head(Head::new(key())).await.expect_err("no token");
    assert_eq!((error.kind(), error.http_status()), (ErrorKind::Unauthenticated, Some(401)));
    let told = capture.one("buckets.auth.token.fetch.exception");
    assert_eq!((told.kind, &*told.adapter), (Some(ErrorKind::Unauthenticated), "azure"));
    assert!(!format!("{error:?} {error} {told:?}").contains("canary"));
}

#[tokio::test]
async fn statuses_become_kinds() {
    use axum::http::StatusCode;
    let expected = [
        (403, ErrorKind::PermissionDenied, false),
        (409, ErrorKind::AlreadyExists, false),
        (412, ErrorKind::PreconditionFailed, false),
        (429, ErrorKind::Throttled, true),
        (500, ErrorKind::Unavailable, true),
        (503, ErrorKind::Unavailable, true),
        (507, ErrorKind::QuotaExceeded, false),
    ];
    for (status, kind, retryable) in expected {
        let refuse = move || async move { StatusCode::from_u16(status).expect("a status") };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let endpoint = format!("http://{}/account", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(refuse)).await });
        let credentials = AzureCredentials::access_key(Secret::new(Azurite::KEY));
        let azure = Azure::builder("account", CONTAINER).endpoint(endpoint).credentials(credentials);
        let azure = azure.build().expect("valid");
        let put = Put::new(key(), "content").with_attributes(Attributes::new());
        let error = azure.put(put).await.expect_err("refused");
        assert_eq!((error.kind(), error.is_retryable()), (kind, retryable), "{status}: {error:?}");
    }
    let gone = Azure::builder("account", CONTAINER).endpoint("http://127.0.0.1:1/account");
    let gone = gone.credentials(AzureCredentials::access_key(Secret::new(Azurite::KEY))).build().expect("valid");
    assert_eq!(gone.head(Head::new(key())).await.expect_err("nobody there").kind(), ErrorKind::Connect);
}
