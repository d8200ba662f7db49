//! One range at a time, and conditions, as RFC 9110 has them.

use std::ops::Range;

use buckets::Attributes;

use crate::site::{Site, header};

const SIZE: usize = 10_000;

/// What a `Range` header leads to.
enum Answer {
    Part(Range<usize>),
    Whole,
    Unsatisfiable,
}

#[tokio::test]
async fn thirty_range_headers() {
    use Answer::{Part, Unsatisfiable, Whole};
    let site = Site::open().await;
    let content: Vec<u8> = (0..SIZE).map(|n| (n % 251) as u8).collect();
    let url = site.store("a", Attributes::new(), &content).await;
    let thousand = format!("bytes={}", (0..1000).map(|n| format!("{n}-{n}")).collect::<Vec<_>>().join(","));
    for (range, answer) in [
        ("bytes=0-", Part(0..SIZE)),
        ("bytes=0-0", Part(0..1)),
        ("bytes=0-9999", Part(0..SIZE)),
        ("bytes=1-9998", Part(1..9_999)),
        ("bytes=9999-", Part(9_999..SIZE)),
        ("bytes=9999-9999", Part(9_999..SIZE)),
        ("bytes=5000-99999", Part(5_000..SIZE)),
        ("bytes=0-18446744073709551615", Part(0..SIZE)),
        ("bytes=007-008", Part(7..9)),
        ("bytes=-1", Part(9_999..SIZE)),
        ("bytes=-10000", Part(0..SIZE)),
        ("bytes=-99999", Part(0..SIZE)),
        ("bytes=-18446744073709551615", Part(0..SIZE)),
        ("bytes=10000-", Unsatisfiable),
        ("bytes=10000-10001", Unsatisfiable),
        ("bytes=18446744073709551615-", Unsatisfiable),
        ("bytes=-0", Unsatisfiable),
        ("bytes=9-5", Whole),
        ("bytes=18446744073709551616-", Whole),
        ("bytes=0-18446744073709551616", Whole),
        ("bytes=", Whole),
        ("bytes=-", Whole),
        ("bytes=a-b", Whole),
        ("bytes=+1-2", Whole),
        ("bytes=1", Whole),
        ("bytes=--1", Whole),
        ("items=0-1", Whole),
        ("bytes 0-1", Whole),
        ("bytes=0-1,4-5", Whole),
        ("bytes=0-9999,0-9999", Whole),
        (thousand.as_str(), Whole),
    ] {
        let response = site.client.get(&url).header("range", range).send().await.expect("an answer");
        let (status, part) = match answer {
            Part(part) => {
                let expected = format!("bytes {}-{}/{SIZE}", part.start, part.end - 1);
                assert_eq!(header(&response, "content-range"), expected, "{range}");
                (206, part)
            }
            Whole => (200, 0..SIZE),
            Unsatisfiable => {
                assert_eq!((response.status().as_u16(), header(&response, "content-range")), (416, "bytes */10000"));
                continue;
            }
        };
        assert_eq!(response.status(), status, "{range}");
        assert_eq!(header(&response, "content-length"), part.len().to_string(), "{range}");
        assert!(response.bytes().await.expect("content") == content[part], "{range}");
    }
}

#[tokio::test]
async fn an_empty_object_has_no_range() {
    let site = Site::open().await;
    let url = site.store("empty", Attributes::new(), b"").await;
    for (range, status) in [("bytes=0-", 416), ("bytes=-1", 416), ("bytes=0-0", 416), ("bytes=x", 200)] {
        let response = site.client.get(&url).header("range", range).send().await.expect("an answer");
        assert_eq!(response.status(), status, "{range}");
    }
    assert_eq!(header(&site.get(&url).await, "content-length"), "0");
}

#[tokio::test]
async fn conditions_are_judged_before_content_is_sent() {
    let site = Site::open().await;
    let url = site.store("a", Attributes::new(), b"first").await;
    let first = site.get(&url).await;
    let (old, modified) = (header(&first, "etag").to_owned(), header(&first, "last-modified").to_owned());
    let ask = |name: &'static str, value: String| {
        site.client.get(&url).header(name, value).header("range", "bytes=1-2").send()
    };
    for (name, value, status) in [
        ("if-none-match", old.clone(), 304),
        ("if-none-match", format!("\"other\", W/{old}"), 304),
        ("if-none-match", "\"other\"".into(), 206),
        ("if-modified-since", modified.clone(), 304),
        ("if-match", old.clone(), 206),
        ("if-match", "\"other\"".into(), 412),
        ("if-range", old.clone(), 206),
        ("if-range", "\"other\"".into(), 200),
    ] {
        let response = ask(name, value.clone()).await.expect("an answer");
        assert_eq!(response.status(), status, "{name}: {value}");
        if status == 304 {
            assert_eq!(header(&response, "etag"), old);
            assert_eq!(response.bytes().await.expect("no content").len(), 0);
        }
    }

    site.store("a", Attributes::new(), b"second").await;
    assert_eq!(ask("if-none-match", old.clone()).await.expect("an answer").status(), 206);
    let resumed = ask("if-range", old).await.expect("an answer");
    assert_eq!((resumed.status().as_u16(), resumed.text().await.expect("text").as_str()), (200, "second"));
}

#[tokio::test]
async fn a_head_tells_what_a_get_would() {
    let site = Site::open().await;
    let url = site.store("a.txt", Attributes::new().with_content_type("text/plain").expect("a type"), b"hello").await;
    let get = site.get(&url).await;
    let head = site.client.head(&url).send().await.expect("an answer");
    for name in ["content-type", "content-length", "content-disposition", "etag", "last-modified", "accept-ranges"] {
        assert_eq!(header(&head, name), header(&get, name), "{name}");
    }
    assert_eq!(head.bytes().await.expect("no content").len(), 0);
}
