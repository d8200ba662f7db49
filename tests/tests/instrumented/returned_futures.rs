//! Functions that return a future or a stream: observed until that ends.

use std::cell::Cell;
use std::future::{Ready, ready};
use std::pin::Pin;

use buckets::{ErrorKind, instrumented};
use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream, Stream, StreamExt};
use tokio::task::yield_now;

use crate::listening::{listen, told};

#[instrumented("forms.futures.tail")]
fn tail(calls: &Cell<u8>, n: u8) -> impl Future<Output = Result<u8, String>> {
    calls.set(calls.get() + 1);
    let n = n + 1;
    async move {
        yield_now().await;
        if n == 1 {
            return Err("one".into());
        }
        Ok(n)
    }
}

#[instrumented("forms.futures.boxed_tail")]
fn boxed_tail(calls: &Cell<u8>, n: u8) -> Pin<Box<dyn Future<Output = Result<u8, String>> + Send>> {
    calls.set(calls.get() + 1);
    let n = n + 1;
    Box::pin(async move {
        yield_now().await;
        if n == 1 {
            return Err("one".into());
        }
        Ok(n)
    })
}

#[instrumented("forms.futures.two_boxes")]
fn two_boxes<'a>(text: &'a str) -> Pin<Box<dyn Future<Output = Result<usize, String>> + 'a>> {
    if text.is_empty() {
        return Box::pin(async { Err("empty".into()) });
    }
    let text = text.trim();
    Box::pin(async move {
        yield_now().await;
        Ok(text.len())
    })
}

#[instrumented("forms.futures.box_future")]
fn box_future(n: u8) -> BoxFuture<'static, Result<u8, std::io::Error>> {
    let future = async move { if n == 0 { Err(std::io::ErrorKind::NotFound.into()) } else { Ok(n) } };
    Box::pin(future)
}

#[instrumented("forms.futures.by_hand")]
fn by_hand(n: u8) -> impl Future<Output = Result<u8, String>> + Unpin {
    ready(if n == 0 { Err("zero".to_owned()) } else { Ok(n) })
}

#[instrumented("forms.futures.named")]
fn named(n: u8) -> Ready<u8> {
    ready(n)
}

#[instrumented("forms.futures.call_only", call)]
fn call_only() -> impl Future<Output = ()> {
    async {}
}

#[instrumented("forms.streams.opaque")]
fn opaque(n: u8) -> impl Stream<Item = u8> + Send {
    stream::iter(0..n)
}

#[instrumented("forms.streams.boxed")]
fn boxed(failing: bool) -> BoxStream<'static, Result<u8, std::io::Error>> {
    let last = if failing { Err(std::io::ErrorKind::TimedOut.into()) } else { Ok(2) };
    stream::iter([Ok(1), last]).boxed()
}

#[tokio::test]
async fn what_stands_before_the_future_is_done_at_the_call() {
    let capture = listen("forms.futures");
    let calls = Cell::new(0);
    let (one, two) = (tail(&calls, 1), boxed_tail(&calls, 1));
    assert_eq!(calls.get(), 2);
    assert!(capture.names().is_empty(), "they begin when they are polled: {:?}", capture.names());
    assert_eq!((one.await, two.await), (Ok(2), Ok(2)));
    assert!(tail(&calls, 0).await.is_err() && boxed_tail(&calls, 0).await.is_err());
    assert_eq!(calls.get(), 4);
    assert_eq!(capture.named("forms.futures.*.exception").len(), 2);
    capture.assert_conserved();
}

#[tokio::test]
async fn other_futures_are_observed_from_the_call_to_their_end() {
    let capture = listen("forms.futures");
    let future = two_boxes(" ab ");
    assert_eq!(told(&capture), ["two_boxes.start"]);
    assert_eq!(future.await, Ok(2));
    assert!(two_boxes("").await.is_err());
    assert!(box_future(0).await.is_err());
    assert_eq!(capture.one("forms.futures.box_future.exception").kind, Some(ErrorKind::NotFound));
    assert!(by_hand(0).await.is_err());
    drop(by_hand(1));
    let kinds: Vec<_> = capture.named("forms.futures.by_hand.exception").iter().map(|event| event.kind).collect();
    assert_eq!(kinds, [Some(ErrorKind::Other), Some(ErrorKind::Cancelled)]);
    capture.assert_conserved();
}

#[tokio::test]
async fn a_named_future_and_call_are_observed_until_they_return() {
    let capture = listen("forms.futures");
    let (named, call_only) = (named(1), call_only());
    assert_eq!(told(&capture), ["named.start", "named.stop", "call_only.start", "call_only.stop"]);
    assert_eq!((named.await, call_only.await), (1, ()));
}

#[tokio::test]
async fn a_stream_ends_with_its_items_an_error_or_a_drop() {
    let capture = listen("forms.streams");
    assert_eq!(opaque(3).collect::<Vec<_>>().await, [0, 1, 2]);
    let end = capture.one("forms.streams.opaque.stop");
    assert_eq!(end.measurement("items").map(|items| items.as_f64()), Some(3.0));
    assert_eq!(boxed(true).collect::<Vec<_>>().await.len(), 2);
    assert_eq!(capture.one("forms.streams.boxed.exception").kind, Some(ErrorKind::Timeout));
    capture.clear();
    let mut dropped = opaque(3);
    dropped.next().await;
    drop(dropped);
    assert_eq!(capture.one("forms.streams.opaque.exception").kind, Some(ErrorKind::Cancelled));
    capture.clear();
    assert_eq!(boxed(false).size_hint(), (2, Some(2)));
    capture.assert_conserved();
}

/// Only the return type says what error it is.
#[instrumented("forms.futures.told_by_its_type")]
fn told_by_its_type(n: u8) -> impl Future<Output = Result<u8, String>> {
    ready(Ok(n))
}

#[instrumented("forms.streams.told_by_its_type")]
fn items_told_by_their_type(text: &str) -> impl Stream<Item = Result<&str, String>> {
    stream::iter(text.split(' ').map(Ok))
}

#[tokio::test]
async fn a_type_that_only_the_signature_says_is_known() {
    let capture = listen("forms");
    assert_eq!(told_by_its_type(1).await, Ok(1));
    assert_eq!(items_told_by_their_type("a b").count().await, 2);
    capture.assert_conserved();
}
