//! What is wrong with a setting is said at once, by the setting's name.

use std::os::unix::fs::PermissionsExt;

use crate::support::{Service, program};

#[test]
fn a_bad_setting_is_named_and_ends_the_program() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    std::fs::write(&file, "x").expect("a file");
    let file = file.to_str().expect("text");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let taken = taken.local_addr().expect("its address").to_string();
    for (name, value, say) in [
        ("BUCKETS_LISTEN", "nowhere", "127.0.0.1:3000"),
        ("BUCKETS_LISTEN", taken.as_str(), "cannot be listened on"),
        ("BUCKETS_ROOT", file, "cannot be kept"),
        ("BUCKETS_ROOT", "/proc/nothing", "cannot be kept"),
        ("BUCKETS_MAX_UPLOAD", "much", "100MiB"),
        ("BUCKETS_MAX_UPLOAD", "0", "above zero"),
        ("BUCKETS_PUBLIC_URL", "files.example.org", "https://"),
        ("BUCKETS_PUBLIC_URL", "ftp://files.example.org", "https://"),
        ("BUCKETS_SECRET", "hunter2", "32 bytes"),
        ("BUCKETS_ADAPTER", "tape", "volume, s3, azure or gcs"),
        ("BUCKETS_BUCKET", "photos", "BUCKETS_ADAPTER"),
        ("BUCKETS_CONTAINER", "photos", "BUCKETS_ADAPTER"),
    ] {
        let mut command = program();
        command.env("BUCKETS_LISTEN", "127.0.0.1:0").env("BUCKETS_ROOT", folder.path().join("data")).env(name, value);
        let output = command.output().expect("it ends");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{name}={value}: {said}");
        assert!(said.contains(name) && said.contains(say), "{name}={value}: {said}");
        assert!(!said.contains("hunter2"), "{said}");
    }
    let unknown = program().arg("--colour=blue").output().expect("it ends");
    assert_eq!(unknown.status.code(), Some(2));
}

#[test]
fn help_names_every_setting() {
    let output = program().arg("--help").output().expect("it ends");
    assert!(output.status.success());
    let help = String::from_utf8_lossy(&output.stdout);
    let own = ["LISTEN", "ROOT", "MAX_UPLOAD", "PUBLIC_URL", "SECRET", "ADAPTER", "BUCKET", "ACCESS_KEY_ID"];
    for name in own.into_iter().chain(["CONTAINER", "ACCOUNT_KEY", "SAS", "CLIENT_SECRET", "SERVICE_ACCOUNT_FILE"]) {
        assert!(help.contains(&format!("BUCKETS_{name}")), "{help}");
    }
}

#[tokio::test]
async fn links_begin_with_the_public_url_and_never_with_what_a_client_says() {
    let mut command = program();
    command.env("BUCKETS_PUBLIC_URL", "https://files.example.org/");
    let service = Service::start_as(command, tempfile::tempdir().expect("a folder")).await;
    let stored = service.store("a.txt", "x").await;
    assert!(stored["url"].as_str().is_some_and(|url| url.starts_with("https://files.example.org/__buckets__/")));

    for (host, status) in [("files.example.org", 200), ("localhost:3000", 200), ("[::1]", 200), ("evil.example", 421)] {
        let list = service.client.get(service.url("/files")).header("host", host);
        assert_eq!(list.send().await.expect("an answer").status(), status, "{host}");
    }
}

#[tokio::test]
async fn the_signing_secret_is_private_and_never_printed() {
    let service = Service::start().await;
    let file = service.root().join(".buckets/signing-secret");
    let mode = std::fs::metadata(&file).expect("the secret").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let secret = std::fs::read_to_string(&file).expect("the secret");
    assert!(secret.len() >= 64);
    let stored = service.store("a.txt", "x").await;
    assert!(!stored.to_string().contains(&secret));
    let printed = service.process.output();
    assert!(printed.contains("signing-secret (mode 0600)") && !printed.contains(&secret), "{printed}");
}
