//! The same service wherever the files are kept: what people and programs do, for every adapter and every kind of links.

// The front of the emulator of Google runs in the test, beside what waits for other programs: those tests have two threads.

use std::process::Command;

use axum::routing::post;
use axum::{Json, Router};
use buckets_tests::components::azurite::Azurite;
use buckets_tests::components::curl;
use buckets_tests::components::fake_gcs::FakeGcs;
use buckets_tests::components::openssl::RsaKey;
use buckets_tests::components::seaweedfs::SeaweedFs;
use serde_json::json;
use tokio::net::TcpListener;

use crate::bucket::on_a_bucket_of;
use crate::page;
use crate::support::{Service, content, program};

const CONTAINER: &str = "uploads";
const LARGE: &str = "40MiB";

async fn start(command: Command) -> Service {
    Service::start_as(command, tempfile::tempdir().expect("a folder")).await
}

fn on_azure(azurite: &Azurite, credentials: (&str, &str)) -> Command {
    let mut command = program();
    command.envs([
        ("BUCKETS_ADAPTER", "azure"),
        ("BUCKETS_ACCOUNT", Azurite::ACCOUNT),
        ("BUCKETS_CONTAINER", CONTAINER),
        ("BUCKETS_ENDPOINT", &azurite.endpoint()),
        ("BUCKETS_MAX_UPLOAD", LARGE),
        credentials,
    ]);
    command
}

fn on_google(emulator: &FakeGcs, credentials: (&str, &str)) -> Command {
    let mut command = program();
    command.envs([
        ("BUCKETS_ADAPTER", "gcs"),
        ("BUCKETS_BUCKET", CONTAINER),
        ("BUCKETS_ENDPOINT", emulator.endpoint()),
        ("BUCKETS_MAX_UPLOAD", LARGE),
        credentials,
    ]);
    command
}

#[tokio::test]
async fn a_folder() {
    let mut command = program();
    command.env("BUCKETS_MAX_UPLOAD", LARGE);
    let service = start(command).await;
    files_come_and_go(&service, "volume", &service.url("/__buckets__/")).await;
}

#[tokio::test]
async fn a_bucket_of_s3() {
    let store = SeaweedFs::start().await;
    let service = start(on_a_bucket_of(&store)).await;
    files_come_and_go(&service, "s3", &store.endpoint()).await;
    assert_eq!(service.kept().len(), 0, "nothing is in the folder");
}

#[tokio::test]
async fn a_container_of_azure_by_the_account_s_key() {
    let azurite = Azurite::start(CONTAINER).await;
    let service = start(on_azure(&azurite, ("BUCKETS_ACCOUNT_KEY", Azurite::KEY))).await;
    files_come_and_go(&service, "azure", &azurite.endpoint()).await;
    let printed = service.process.output();
    assert!(printed.contains("the container uploads of the account devstoreaccount1 at http://"), "{printed}");
    assert!(!printed.contains(Azurite::KEY), "{printed}");
}

#[tokio::test]
async fn a_container_of_azure_by_a_signature_that_signs_no_links() {
    let azurite = Azurite::start(CONTAINER).await;
    let sas = Azurite::sas(CONTAINER);
    let service = start(on_azure(&azurite, ("BUCKETS_SAS", &sas))).await;
    files_come_and_go(&service, "azure", &service.url("/__buckets__/")).await;
    let printed = service.process.output();
    assert!(printed.contains("a secret of this run; set BUCKETS_SECRET"), "{printed}");
    assert!(!printed.contains(&sas), "{printed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_of_google_by_a_service_account() {
    let (emulator, key) = (FakeGcs::start(CONTAINER).await, RsaKey::generate());
    let account = json!({
        "type": "service_account",
        "client_email": "service@project.example",
        "private_key": key.pem(),
        "token_uri": tokens().await,
    });
    let service = start(on_google(&emulator, ("BUCKETS_SERVICE_ACCOUNT", &account.to_string()))).await;
    files_come_and_go(&service, "gcs", emulator.endpoint()).await;
    let printed = service.process.output();
    assert!(printed.contains("the bucket uploads of Google Cloud Storage at http://"), "{printed}");
    assert!(!printed.contains("PRIVATE") && !printed.contains("canary"), "{printed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_of_google_by_nobody_who_could_sign_links() {
    let emulator = FakeGcs::start(CONTAINER).await;
    let mut command = on_google(&emulator, ("BUCKETS_ANONYMOUS", "true"));
    let secret = "a secret that has thirty-two bytes or more";
    command.env("BUCKETS_SECRET", secret);
    let service = start(command).await;
    files_come_and_go(&service, "gcs", &service.url("/__buckets__/")).await;
    let printed = service.process.output();
    assert!(printed.contains("the secret in BUCKETS_SECRET") && !printed.contains(secret), "{printed}");
}

#[tokio::test]
async fn the_page_is_the_same_on_azure() {
    let azurite = Azurite::start(CONTAINER).await;
    let service = start(on_azure(&azurite, ("BUCKETS_ACCOUNT_KEY", Azurite::KEY))).await;
    page::upload_download_and_delete(&service).await;
}

#[tokio::test]
async fn the_page_is_the_same_on_google() {
    let emulator = FakeGcs::start(CONTAINER).await;
    page::upload_download_and_delete(&start(on_google(&emulator, ("BUCKETS_ANONYMOUS", "true"))).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_the_store_is_said_at_once() {
    let (azurite, emulator) = (Azurite::start(CONTAINER).await, FakeGcs::start(CONTAINER).await);
    let azure = || on_azure(&azurite, ("BUCKETS_ACCOUNT_KEY", Azurite::KEY));
    let google = || on_google(&emulator, ("BUCKETS_ANONYMOUS", "true"));
    for (mut command, name, value, say) in [
        (azure(), "BUCKETS_CONTAINER", "", "BUCKETS_CONTAINER: it is empty"),
        (azure(), "BUCKETS_CONTAINER", "no-such-container", "the store has no such bucket or container"),
        (azure(), "BUCKETS_ACCOUNT_KEY", "?hunter2", "the store: the key of the account is no base64"),
        (azure(), "BUCKETS_ACCOUNT_KEY", "aHVudGVyMg==", "does not accept the credentials"),
        (azure(), "BUCKETS_SAS", "hunter2", "BUCKETS_ACCOUNT_KEY: who asks is said twice"),
        (azure(), "BUCKETS_BUCKET", "photos", "BUCKETS_BUCKET: there is no such setting"),
        (google(), "BUCKETS_BUCKET", "no-such-bucket", "the store has no such bucket or container"),
        (google(), "BUCKETS_ANONYMOUS", "false", "BUCKETS_SERVICE_ACCOUNT: missing"),
        (google(), "BUCKETS_SERVICE_ACCOUNT", "hunter2", "BUCKETS_SERVICE_ACCOUNT: who asks is said twice"),
        (google(), "BUCKETS_SECRET", "hunter2", "BUCKETS_SECRET: the secret that signs links must have 32 bytes"),
    ] {
        let output = command.env("BUCKETS_LISTEN", "127.0.0.1:0").env(name, value).output().expect("it ends");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{name}={value}: {said}");
        assert!(said.contains(say), "{name}={value}: {said}");
        assert!(!said.contains("hunter2") && !said.contains("aHVudGVyMg") && !said.contains(Azurite::KEY), "{said}");
    }
}

/// Uploads, looks at, downloads in every way and deletes a file whose name no URL can have as it is. Links begin with `links`.
async fn files_come_and_go(service: &Service, adapter: &str, links: &str) {
    // Above what is one request to any store.
    let (name, bytes) = ("Größe 50% #1+2 & “so”.bin", content(20 << 20));
    let stored = service.store(name, bytes.clone()).await;
    let [listed] = service.listed().await.try_into().expect("one file");
    assert_eq!((&listed["filename"], &listed["size"]), (&name.into(), &bytes.len().into()));
    assert!(listed["modified"].is_string(), "{listed}");

    let url = stored["url"].as_str().expect("a link");
    assert!(url.starts_with(links), "{url}");
    assert!(curl::output(&["--fail", url]).stdout == bytes, "the download differs from the upload");
    let part = curl::output(&["--fail", "--range", "9000000-9000009", url]).stdout;
    assert_eq!(part, bytes[9_000_000..9_000_010], "a part of it");

    let path = format!("/files/{}", stored["id"].as_str().expect("an id"));
    let saved = service.get(&format!("{path}/download")).await;
    assert!(saved.url().as_str().starts_with(links), "{}", saved.url());
    let disposition = saved.headers()["content-disposition"].to_str().expect("ASCII").to_owned();
    let expected = "attachment; filename=\"Gr__e 50_ #1+2 & _so_.bin\"; \
                    filename*=UTF-8''Gr%C3%B6%C3%9Fe%2050%25%20#1+2%20&%20%E2%80%9Cso%E2%80%9D.bin";
    assert_eq!(disposition, expected);
    assert!(saved.bytes().await.expect("content") == bytes, "the download differs from the upload");
    assert_eq!(service.get("/readyz").await.status(), 200);

    let delete = async || service.client.delete(service.url(&path)).send().await.expect("an answer").status();
    assert_eq!(delete().await, 204);
    assert_eq!(delete().await, 404);
    assert!(service.listed().await.is_empty());
    for (operation, times) in [("insert", 1.0), ("url", 2.0), ("delete", 1.0)] {
        let labels = [("operation", operation), ("adapter", adapter), ("status", "success")];
        assert_eq!(service.metric("buckets_operations_total", &labels).await, times, "{operation}");
    }
    let failed = service.metric("buckets_operations_total", &[("status", "error")]).await;
    assert_eq!(failed, 0.0, "something failed on the way");
}

/// Serves access tokens, and says where.
async fn tokens() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/token", listener.local_addr().expect("its address"));
    let token = json!({ "access_token": "canary", "expires_in": 3600, "token_type": "Bearer" });
    let routes = Router::new().route("/token", post(async move || Json(token)));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    url
}
