//! What content is let through, and when it is judged.

use std::time::Duration;

use buckets::adapter::{Backend, Memory};
use buckets::body::PutBody;
use buckets::operation::{Attributes, Op, Put, Reply, Request, Response, Sign, SignedMethod};
use buckets::{Error, ErrorKind, Key, Result};
use buckets_tower::ValidateLayer;
use buckets_tower::testing::{Probe, Script};
use tower::{Layer, ServiceExt};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n0123456789";
const PDF: &[u8] = b"%PDF-1.7 0123456789";
const PAGE: &[u8] = b"<html><script>alert(1)</script>";

fn key() -> Key {
    Key::new("a").expect("valid")
}

/// `content` in chunks of `size`, to be read once.
fn streamed(content: &'static [u8], size: usize) -> PutBody {
    PutBody::from_stream(futures_util::stream::iter(content.chunks(size).map(|chunk| Ok::<_, Error>(chunk.into()))))
}

/// The same, which can be read again.
fn replayed(content: &'static [u8], size: usize) -> PutBody {
    PutBody::replayable(move || streamed(content, size))
}

/// What became of a put, and whether the store was asked.
async fn put(layer: &ValidateLayer, put: Put) -> (Result<()>, bool) {
    let script = Script::default();
    let result = layer.layer(Probe::new(&script)).oneshot(Request::new(put)).await.map(drop);
    if result.is_err() {
        assert_eq!(script.stored(), None, "what is refused is not stored");
    }
    (result, script.calls() > 0)
}

fn kind(result: &Result<()>) -> Option<ErrorKind> {
    result.as_ref().err().map(Error::kind)
}

#[tokio::test]
async fn a_size_is_judged_before_the_store_is_asked_if_it_is_known_and_else_as_content_streams() {
    let layer = ValidateLayer::new().max_size(10);
    let content: &'static [u8] = b"0123456789+";
    for (body, is_known) in [
        (PutBody::from(content), true),
        (streamed(content, 4).with_exact_len(11), true),
        (streamed(content, 4), false),
        (replayed(content, 100), false),
    ] {
        let what = format!("{body:?}");
        let (result, was_asked) = put(&layer, Put::new(key(), body)).await;
        assert_eq!((kind(&result), was_asked), (Some(ErrorKind::TooLarge), !is_known), "{what}");
    }
    for body in [PutBody::from(&content[..10]), streamed(&content[..10], 3), replayed(&content[..10], 10)] {
        assert_eq!(kind(&put(&layer, Put::new(key(), body)).await.0), None);
    }
}

#[tokio::test]
async fn a_type_is_what_the_first_bytes_show_however_they_come() {
    let layer = ValidateLayer::new().types(["image/*", "Application/PDF"]);
    for (content, is_allowed) in [(PNG, true), (PDF, true), (PAGE, false), (b"plain text", false), (b"", false)] {
        let bodies = [PutBody::from(content), streamed(content, 1), streamed(content, 5), replayed(content, 1000)];
        for body in bodies {
            let what = format!("{:?} as {body:?}", String::from_utf8_lossy(content));
            let (result, _) = put(&layer, Put::new(key(), body)).await;
            assert_eq!(kind(&result), (!is_allowed).then_some(ErrorKind::InvalidInput), "{what}");
        }
    }
    let lenient = layer.unrecognised();
    assert_eq!(kind(&put(&lenient, Put::new(key(), "plain text")).await.0), None);
    assert_eq!(kind(&put(&lenient, Put::new(key(), PAGE)).await.0), Some(ErrorKind::InvalidInput));
}

#[tokio::test]
async fn a_declared_type_must_be_allowed_too() {
    let layer = ValidateLayer::new().types(["image/*"]);
    for (declared, is_allowed) in
        [("image/png", true), ("IMAGE/PNG; a=b", true), ("text/html", false), ("imagex/png", false)]
    {
        let attributes = Attributes::new().with_content_type(declared).expect("valid");
        let (result, was_asked) = put(&layer, Put::new(key(), PNG).with_attributes(attributes)).await;
        assert_eq!((result.is_ok(), was_asked), (is_allowed, is_allowed), "{declared}");
    }
}

#[tokio::test]
async fn nothing_reaches_the_store_before_the_type_is_known() {
    let memory = Backend::new(Memory::new());
    let layer = ValidateLayer::new().types(["image/*"]);
    let request = Request::new(Put::new(key(), streamed(PAGE, 3)));
    let error = layer.layer(memory.clone()).oneshot(request).await.expect_err("a page");
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(memory.adapter().is_empty());

    let content: Vec<u8> = PNG.iter().copied().cycle().take(100_000).collect();
    let whole = content.clone();
    let body = PutBody::replayable(move || PutBody::from_reader(std::io::Cursor::new(content.clone())));
    let request = Request::new(Put::new(key(), body));
    let below = tower::service_fn(async |request: Request| {
        let Op::Put(put) = request.op else { panic!("a put") };
        let mut again = put.body.try_clone().expect("it can be sent again");
        let first = put.body.collect(u64::MAX).await?;
        let mut second = Vec::new();
        while let Some(chunk) = again.next().await.transpose()? {
            second.extend_from_slice(&chunk);
        }
        assert_eq!(first, second);
        let mut response =
            Response::new(Reply::Put(buckets::operation::Stored::new(buckets::ObjectMeta::new(put.key, 0))));
        response.extensions.insert(second);
        Ok::<_, Error>(response)
    });
    let response = layer.layer(below).oneshot(request).await.expect("an image");
    assert_eq!(response.extensions.get(), Some(&whole));
}

#[tokio::test]
async fn links_for_uploads_are_bound_to_the_rules() {
    let layer = ValidateLayer::new().max_size(10).types(["image/*"]);
    let below = tower::service_fn(async |request: Request| {
        let Op::Sign(sign) = request.op else { panic!("a sign") };
        Err::<Response, _>(Error::new(ErrorKind::Other, format!("{:?}", sign.constraints.max_size)))
    });
    let service = layer.layer(below);
    let sign = |change: fn(&mut Sign)| {
        let mut sign = Sign::new(key(), SignedMethod::Put, Duration::from_secs(60)).expect("valid");
        change(&mut sign);
        service.clone().oneshot(Request::new(sign))
    };
    let png = |sign: &mut Sign| sign.constraints.content_type = Some("image/png".to_owned());
    assert_eq!(sign(png).await.expect_err("told").message(), "Some(10)");
    let smaller = |sign: &mut Sign| {
        sign.constraints.content_type = Some("image/png".to_owned());
        sign.constraints.max_size = Some(4);
    };
    assert_eq!(sign(smaller).await.expect_err("told").message(), "Some(4)");
    assert_eq!(sign(|_| ()).await.expect_err("any type").kind(), ErrorKind::InvalidInput);
    let page = |sign: &mut Sign| sign.constraints.content_type = Some("text/html".to_owned());
    assert_eq!(sign(page).await.expect_err("a page").kind(), ErrorKind::InvalidInput);
}
