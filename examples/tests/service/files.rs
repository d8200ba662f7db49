//! Files come back as they went in.

use buckets_tests::components::curl;
use serde_json::Value;

use crate::support::{Service, content};

#[tokio::test]
async fn curl_stores_a_file_and_gets_it_back() {
    let service = Service::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let photo = folder.path().join("photo.jpg");
    let bytes = content(3 << 20);
    std::fs::write(&photo, &bytes).expect("a file");

    let form = format!("file=@{}", photo.display());
    let answer = curl::output(&["--dump-header", "-", "--form", &form, &service.url("/files")]);
    let answer = String::from_utf8(answer.stdout).expect("text");
    let (head, body) = answer.rsplit_once("\r\n\r\n").expect("a head and a body");
    assert!(head.contains("HTTP/1.1 201 Created"), "{head}");
    let stored: Value = serde_json::from_str(body).expect("JSON");
    let id = stored["id"].as_str().expect("an id");
    let url = stored["url"].as_str().expect("a link");
    let expected = serde_json::json!({ "id": id, "filename": "photo.jpg", "size": bytes.len(), "url": url });
    assert_eq!(stored, expected);
    assert!(head.contains(&format!("location: /files/{id}\r\n")), "{head}");
    assert!(url.starts_with(&service.url("/")), "{url}");

    let got = curl::output(&["--fail", url]);
    assert!(got.stdout == bytes, "the download differs from the upload");
}

#[tokio::test]
async fn a_file_is_listed_looked_at_saved_and_deleted() {
    let service = Service::start().await;
    assert!(service.listed().await.is_empty());
    let name = "Übersicht „Q3“ (final).txt";
    let stored = service.store(name, "remember").await;
    let path = format!("/files/{}", stored["id"].as_str().expect("an id"));

    let [listed] = service.listed().await.try_into().expect("one file");
    assert_eq!((&listed["id"], &listed["filename"], &listed["size"]), (&stored["id"], &name.into(), &8.into()));
    assert!(listed["modified"].as_str().is_some_and(|time| time.ends_with('Z')), "{listed}");

    let shown: Value = service.get(&path).await.json().await.expect("JSON");
    assert_eq!((&shown["filename"], &shown["content_type"]), (&name.into(), &"text/plain".into()));
    let fresh = service.client.get(shown["url"].as_str().expect("a link")).send().await.expect("an answer");
    assert_eq!(fresh.text().await.expect("text"), "remember");

    let saved = service.get(&format!("{path}/download")).await;
    let disposition = saved.headers()["content-disposition"].to_str().expect("ASCII").to_owned();
    assert!(disposition.starts_with("attachment; filename=\"_bersicht _Q3_ (final).txt\"; filename*=UTF-8''%C3%9C"));
    assert_eq!(saved.text().await.expect("text"), "remember");

    let delete = || service.client.delete(service.url(&path)).send();
    assert_eq!(delete().await.expect("an answer").status(), 204);
    assert_eq!(delete().await.expect("an answer").status(), 404);
    assert_eq!(service.get(&path).await.status(), 404);
    assert_eq!(fresh_status(&service, &shown).await, 404);
    assert_eq!(service.kept().len(), 0);
}

async fn fresh_status(service: &Service, shown: &Value) -> u16 {
    let url = shown["url"].as_str().expect("a link");
    service.client.get(url).send().await.expect("an answer").status().as_u16()
}

#[tokio::test]
async fn files_of_one_form_are_stored_together_or_not_at_all() {
    let service = Service::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let form = |name: &str, bytes: &[u8]| {
        std::fs::write(folder.path().join(name), bytes).expect("a file");
        format!("file=@{}", folder.path().join(name).display())
    };
    let (a, b) = (form("a.txt", b"one"), form("b.txt", b"two"));
    let both = curl::output(&["--form", &a, "--form", &b, &service.url("/files")]);
    let both: Value = serde_json::from_slice(&both.stdout).expect("JSON");
    let names: Vec<_> = both.as_array().expect("a list").iter().map(|file| file["filename"].clone()).collect();
    assert_eq!(names, ["a.txt", "b.txt"]);
    assert_eq!(service.listed().await.len(), 2);

    let large = form("large.bin", &content(crate::support::MAX_UPLOAD + 1));
    let neither = curl::output(&["--form", &a, "--form", &large, &service.url("/files")]);
    let neither: Value = serde_json::from_slice(&neither.stdout).expect("JSON");
    assert_eq!(neither["error"]["kind"], "too_large");
    assert_eq!(service.listed().await.len(), 2);
    assert_eq!(service.kept().len(), 2);
}

#[tokio::test]
async fn a_list_comes_in_pages() {
    let service = Service::start().await;
    for n in 0..5 {
        service.store(&format!("{n}.txt"), "x").await;
    }
    let mut names = Vec::new();
    let mut next = String::new();
    for expected in [2, 2, 1] {
        let page: Value = service.get(&format!("/files?limit=2{next}")).await.json().await.expect("JSON");
        let files = page["files"].as_array().expect("a list");
        assert_eq!(files.len(), expected);
        names.extend(files.iter().map(|file| file["filename"].as_str().expect("a name").to_owned()));
        next = page["next"].as_str().map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
    }
    assert_eq!(next, "");
    names.sort();
    assert_eq!(names, ["0.txt", "1.txt", "2.txt", "3.txt", "4.txt"]);

    for wrong in ["limit=0", "limit=1001", "limit=x", "cursor=", "page=2"] {
        let response = service.get(&format!("/files?{wrong}")).await;
        assert_eq!(response.status(), 400, "{wrong}");
        let body: Value = response.json().await.expect("JSON");
        assert_eq!(body["error"]["kind"], "invalid_input", "{wrong}");
    }
}

#[tokio::test]
async fn it_says_how_it_is() {
    let service = Service::start().await;
    assert_eq!(service.get("/healthz").await.text().await.expect("text"), "ok\n");
    assert_eq!(service.get("/readyz").await.text().await.expect("text"), "ready\n");
}
