//! What is wrong gets a status and a sentence, leaves nothing behind, and is counted under its kind.

use std::io::{Read, Write};
use std::net::TcpStream;

use buckets_tests::components::curl;
use futures_util::stream;
use reqwest::multipart::{Form, Part};
use reqwest::{Body, Response};
use serde_json::Value;

use crate::support::{MAX_UPLOAD, Service, content};

const OPERATIONS: &str = "buckets_operations_total";
const ERRORS: &str = "buckets_operation_errors_total";

async fn kind(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    let body: Value = response.json().await.expect("a JSON body");
    let message = body["error"]["message"].as_str().expect("a sentence");
    assert!(message.contains(' '), "{message:?} is no sentence");
    (status, body["error"]["kind"].as_str().expect("a kind").to_owned())
}

#[tokio::test]
async fn an_oversized_upload_is_refused_however_it_comes() {
    let service = Service::start().await;
    let refused = (413, "too_large".to_owned());
    // Announced with a length; as chunks that never say it; and just one byte over the limit.
    let announced = content(2 * MAX_UPLOAD);
    assert_eq!(kind(service.upload("announced.bin", announced.clone()).await).await, refused);
    let chunks = stream::iter(
        announced.chunks(64 << 10).map(|chunk| Ok::<_, std::io::Error>(chunk.to_vec())).collect::<Vec<_>>(),
    );
    assert_eq!(kind(service.upload("chunks.bin", Body::wrap_stream(chunks)).await).await, refused);
    assert_eq!(kind(service.upload("over.bin", content(MAX_UPLOAD + 1)).await).await, refused);
    // Curl asks whether to send so much at all, and is told not to.
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("large.bin");
    std::fs::write(&file, &announced).expect("a file");
    let form = format!("file=@{}", file.display());
    for header in ["Expect: 100-continue", "Transfer-Encoding: chunked", "Expect:"] {
        let answer = curl::output(&["--header", header, "--form", &form, &service.url("/files")]);
        let answer: Value = serde_json::from_slice(&answer.stdout).expect("a JSON body");
        assert_eq!(answer["error"]["kind"], "too_large", "{header}");
    }
    // One of exactly the limit is taken.
    service.store("largest.bin", content(MAX_UPLOAD)).await;

    assert_eq!(service.kept().len(), 1);
    assert_eq!(service.metric(OPERATIONS, &[("operation", "insert"), ("status", "error")]).await, 6.0);
    assert_eq!(service.metric(ERRORS, &[("operation", "insert"), ("kind", "too_large")]).await, 6.0);
    let logged = service.process.output();
    let warnings = logged.lines().filter(|line| line.contains("WARN") && line.contains("too_large"));
    assert_eq!(warnings.count(), 6, "{logged}");
}

#[tokio::test]
async fn a_request_without_a_file_is_told_how_to_send_one() {
    let service = Service::start().await;
    let post = |form| service.client.post(service.url("/files")).multipart(form).send();
    let text = post(Form::new().text("note", "hello")).await.expect("an answer");
    assert_eq!(kind(text).await, (400, "invalid_input".into()));
    let unnamed = post(Form::new().part("file", Part::text("hello"))).await.expect("an answer");
    assert_eq!(kind(unnamed).await, (400, "invalid_input".into()));
    let raw = service.client.post(service.url("/files")).body("hello").send().await.expect("an answer");
    assert_eq!(kind(raw).await, (400, "invalid_input".into()));
    let malformed =
        service.client.post(service.url("/files")).header("content-type", "multipart/form-data; boundary=x");
    assert_eq!(kind(malformed.body("nonsense").send().await.expect("an answer")).await.0, 400);
    assert_eq!(service.kept().len(), 0);
}

#[tokio::test]
async fn hostile_filenames_stay_inside_and_come_back_harmless() {
    let service = Service::start().await;
    for (sent, shown) in [
        ("../../../../tmp/escape.txt", "escape.txt"),
        ("..", "file"),
        ("/etc/passwd", "passwd"),
        ("C:\\Windows\\system.ini", "system.ini"),
        (".buckets", ".buckets"),
        ("<script>alert(1)</script>", "script>"),
        ("-rf", "-rf"),
        ("a%2F..%2Fb", "a%2F..%2Fb"),
        ("new?line#.txt", "new?line#.txt"),
    ] {
        let stored = service.store(sent, sent.to_owned()).await;
        assert_eq!(stored["filename"], shown, "{sent:?}");
        let got = service.client.get(stored["url"].as_str().expect("a link")).send().await.expect("an answer");
        assert_eq!(got.text().await.expect("text"), sent);
    }
    let long = "ä".repeat(300) + ".txt";
    let stored = service.store(&long, "x").await;
    assert!(stored["filename"].as_str().is_some_and(|name| name.len() <= 255));
    assert_eq!(service.kept().len(), 10);
}

#[tokio::test]
async fn wrong_methods_and_paths_are_told() {
    let service = Service::start().await;
    for (method, path, allowed) in [
        ("PUT", "/files", "GET,HEAD,POST"),
        ("POST", "/files/4711", "GET,HEAD,DELETE"),
        ("DELETE", "/", "GET,HEAD"),
        ("POST", "/metrics", "GET,HEAD"),
        ("POST", "/__buckets__/files/a", "GET, HEAD, PUT"),
    ] {
        let method = method.parse().expect("a method");
        let response = service.client.request(method, service.url(path)).send().await.expect("an answer");
        assert_eq!(response.status(), 405, "{path}");
        assert_eq!(response.headers()["allow"], allowed, "{path}");
    }
    for path in ["/files/not-an-id", "/files/00000000-0000-0000-0000-000000000000", "/nothing", "/files/a/b/c"] {
        assert_eq!(kind(service.get(path).await).await, (404, "not_found".into()), "{path}");
    }
}

#[tokio::test]
async fn a_page_of_another_site_may_neither_upload_nor_delete() {
    let service = Service::start().await;
    let stored = service.store("mine.txt", "x").await;
    let own = service.url("");
    let delete = |header: &'static str, value: String| {
        let path = format!("/files/{}", stored["id"].as_str().expect("an id"));
        service.client.delete(service.url(&path)).header(header, value).send()
    };
    for (header, value) in [
        ("origin", "https://evil.example".to_owned()),
        ("origin", "null".to_owned()),
        ("sec-fetch-site", "cross-site".to_owned()),
        ("sec-fetch-site", "same-site".to_owned()),
    ] {
        let response = delete(header, value).await.expect("an answer");
        assert_eq!(kind(response).await, (403, "permission_denied".into()));
        let form = Form::new().part("file", Part::text("x").file_name("theirs.txt"));
        let upload =
            service.client.post(service.url("/files")).header("origin", "https://evil.example").multipart(form);
        assert_eq!(upload.send().await.expect("an answer").status(), 403);
    }
    assert_eq!(service.kept().len(), 1);
    assert_eq!(delete("origin", own).await.expect("an answer").status(), 204);
}

#[tokio::test]
async fn a_client_that_goes_away_leaves_nothing_behind() {
    let service = Service::start().await;
    let broken = [("operation", "insert"), ("status", "error"), ("cloud", "files")];
    let cancelled = [("operation", "insert"), ("status", "cancelled"), ("cloud", "files")];
    for length in ["Content-Length: 5000000", "Transfer-Encoding: chunked"] {
        let mut connection = begin_upload(&service, length);
        if length.starts_with("Transfer") {
            write!(connection, "400\r\n").expect("sent");
        }
        connection.write_all(&content(1024)).expect("sent");
        // Not before the upload has begun.
        service.until_metric("buckets_operations_in_flight", &[("operation", "insert")], 1.0).await;
        drop(connection);
        service.until_metric("buckets_operations_in_flight", &[("operation", "insert")], 0.0).await;
    }
    let ended = service.metric(OPERATIONS, &broken).await + service.metric(OPERATIONS, &cancelled).await;
    assert_eq!(ended, 2.0);
    assert_eq!(service.metric(OPERATIONS, &[("operation", "insert"), ("status", "success")]).await, 0.0);
    buckets_tests::components::process::until(
        "the staged files to go",
        std::time::Duration::from_secs(10),
        async || {
            let kept = service.kept();
            if kept.is_empty() { Ok(()) } else { Err(format!("{kept:?}")) }
        },
    )
    .await;
}

#[tokio::test]
async fn a_length_that_is_a_lie_stores_nothing() {
    let service = Service::start().await;
    // Shorter than the form, which so breaks off.
    let mut connection = begin_upload(&service, "Content-Length: 80");
    connection.write_all(b"hello\r\n--x--\r\n").expect("sent");
    let mut answer = [0; 12];
    connection.read_exact(&mut answer).expect("an answer");
    assert_eq!(&answer, b"HTTP/1.1 400");
    // Longer than the form: the file is there, but more is awaited, and never comes.
    let mut connection = begin_upload(&service, "Content-Length: 5000");
    connection.write_all(b"hello").expect("sent");
    connection.shutdown(std::net::Shutdown::Write).expect("the end");
    connection.read_exact(&mut answer).expect("an answer");
    assert_eq!(&answer, b"HTTP/1.1 400");
    assert_eq!(service.kept().len(), 0);
}

/// Sends the head of an upload, and of the form in it.
fn begin_upload(service: &Service, length: &str) -> TcpStream {
    let mut connection = TcpStream::connect(service.address()).expect("a connection");
    write!(
        connection,
        "POST /files HTTP/1.1\r\nHost: {}\r\nContent-Type: multipart/form-data; boundary=x\r\n{length}\r\n\r\n",
        service.address()
    )
    .expect("sent");
    let form = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n";
    if length.starts_with("Transfer") {
        write!(connection, "{:x}\r\n{form}\r\n", form.len()).expect("sent");
    } else {
        connection.write_all(form.as_bytes()).expect("sent");
    }
    connection
}
