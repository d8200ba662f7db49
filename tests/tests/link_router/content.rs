//! A stranger's file is delivered so that it can do no harm.

use buckets::Attributes;
use buckets::operation::{Constraints, SignedMethod};
use buckets_tower::axum::{Disposition, content_disposition};
use mail_parser::{MessageParser, MimeHeaders};

use crate::site::{Site, header};

/// File names that break what is not written with care, each with the name that a client is to see.
const NAMES: [(&str, &str); 40] = [
    ("photo.jpg", "photo.jpg"),
    ("with space.txt", "with space.txt"),
    ("two  spaces", "two  spaces"),
    ("quote\".txt", "quote\".txt"),
    ("\"quoted\"", "\"quoted\""),
    ("back\\slash.txt", "slash.txt"),
    ("semi;colon.txt", "semi;colon.txt"),
    ("a; filename=b.txt", "a; filename=b.txt"),
    ("a\"; filename=\"b.txt", "a\"; filename=\"b.txt"),
    ("comma,name.txt", "comma,name.txt"),
    ("equals=sign.txt", "equals=sign.txt"),
    ("percent%20.txt", "percent%20.txt"),
    ("100%.txt", "100%.txt"),
    ("plus+plus.txt", "plus+plus.txt"),
    ("hash#tag.txt", "hash#tag.txt"),
    ("question?.txt", "question?.txt"),
    ("star*.txt", "star*.txt"),
    ("<b>.html", "<b>.html"),
    ("it's.txt", "it's.txt"),
    ("tick`.txt", "tick`.txt"),
    ("line\r\nbreak.txt", "linebreak.txt"),
    ("\r\nSet-Cookie: a=b", "Set-Cookie: a=b"),
    ("tab\there.txt", "tabhere.txt"),
    ("nul\0byte.txt", "nulbyte.txt"),
    ("bell\u{7}.txt", "bell.txt"),
    ("delete\u{7f}.txt", "delete.txt"),
    ("next\u{85}line.txt", "nextline.txt"),
    ("exe\u{202e}gpj.exe", "exegpj.exe"),
    ("\u{2066}isolate\u{2069}.txt", "isolate.txt"),
    ("Übergröße.pdf", "Übergröße.pdf"),
    ("e\u{301}.txt", "e\u{301}.txt"),
    ("π.txt", "π.txt"),
    ("文件.pdf", "文件.pdf"),
    ("שלום.txt", "שלום.txt"),
    ("🪣🪣.png", "🪣🪣.png"),
    ("../../etc/passwd", "passwd"),
    ("C:\\autoexec.bat", "autoexec.bat"),
    ("..", "file"),
    ("", "file"),
    (".htaccess", ".htaccess"),
];

#[tokio::test]
async fn forty_file_names_arrive_as_one_header_each() {
    let site = Site::open().await;
    let long = "long".repeat(75);
    let names = NAMES.iter().copied().chain([(long.as_str(), &long[..240])]);
    for (sent, expected) in names {
        let disposition = content_disposition(Disposition::Attachment, sent);
        let signed = Constraints::default().with_content_disposition(disposition);
        site.store("file", Attributes::new(), b"x").await;
        let response = site.get(&site.link(SignedMethod::Get, "file", signed).await).await;
        assert_eq!(response.status(), 200, "{sent:?}");
        assert!(response.headers().get("set-cookie").is_none());
        assert_eq!(response.headers().get_all("content-disposition").iter().count(), 1, "{sent:?}");
        let value = header(&response, "content-disposition");
        assert_eq!(parsed(value), ("attachment".to_owned(), expected.to_owned()), "{value}");
    }
}

/// What another's parser makes of a `Content-Disposition`: the disposition, and the name, which is
/// that of the extended parameter where there is one.
fn parsed(value: &str) -> (String, String) {
    let message = format!("Content-Disposition: {value}\r\n\r\n");
    let message = MessageParser::default().parse(&message).expect("headers");
    let disposition = message.content_disposition().expect("a disposition");
    let mut names = disposition.attributes().expect("parameters").iter();
    let name = names.rfind(|parameter| parameter.name == "filename").expect("a name");
    (disposition.ctype().to_owned(), name.value.as_ref().to_owned())
}

#[tokio::test]
async fn twenty_active_types_are_saved_and_never_run() {
    let site = Site::open().await;
    for active in [
        "text/html",
        "TEXT/HTML; charset=utf-8",
        "application/xhtml+xml",
        "image/svg+xml",
        "image/svg+xml; charset=utf-8",
        "text/xml",
        "application/xml",
        "application/rss+xml",
        "application/xslt+xml",
        "text/xsl",
        "text/javascript",
        "application/javascript",
        "application/ecmascript",
        "application/wasm",
        "text/css",
        "application/pdf",
        "application/x-shockwave-flash",
        "multipart/x-mixed-replace",
        "text/vtt",
        "application/octet-stream",
    ] {
        let attributes = Attributes::new().with_content_type(active).expect("a type");
        let shown = attributes.clone().with_content_disposition("inline; filename=\"x.html\"").expect("a disposition");
        for attributes in [attributes, shown] {
            let url = site.store("page.html", attributes, b"<script>alert(1)</script>").await;
            let response = site.get(&url).await;
            assert_eq!(header(&response, "content-type"), active);
            assert_eq!(parsed(header(&response, "content-disposition")), ("attachment".into(), "page.html".into()));
            assert_is_hardened(&response);
        }
    }
}

#[tokio::test]
async fn what_is_passive_may_be_shown_and_is_as_hard() {
    let site = Site::open().await;
    for passive in ["image/png", "image/jpeg", "text/plain", "video/mp4"] {
        let attributes = Attributes::new().with_content_type(passive).expect("a type");
        let url = site.store("shown", attributes, b"x").await;
        let response = site.get(&url).await;
        assert_eq!(parsed(header(&response, "content-disposition")), ("inline".into(), "shown".into()));
        assert_is_hardened(&response);
    }
}

#[tokio::test]
async fn an_object_may_say_how_it_is_cached() {
    let site = Site::open().await;
    let url = site.store("a", Attributes::new(), b"x").await;
    assert_eq!(header(&site.get(&url).await, "cache-control"), "private, no-cache");
    let attributes = Attributes::new().with_cache_control("public, max-age=60").expect("a value");
    let url = site.store("a", attributes, b"x").await;
    assert_eq!(header(&site.get(&url).await, "cache-control"), "public, max-age=60");
}

fn assert_is_hardened(response: &reqwest::Response) {
    assert_eq!(header(response, "x-content-type-options"), "nosniff");
    assert_eq!(header(response, "content-security-policy"), "sandbox; default-src 'none'");
    assert_eq!(header(response, "cross-origin-resource-policy"), "same-site");
    assert_eq!(header(response, "referrer-policy"), "no-referrer");
}
