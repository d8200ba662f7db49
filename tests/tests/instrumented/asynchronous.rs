//! `async fn`s.

use std::cell::Cell;
use std::fmt::Display;

use buckets::instrumented;
use tokio::task::yield_now;

use crate::listening::listen;

#[instrumented("forms.async.nothing")]
async fn nothing() {}

#[instrumented("forms.async.question")]
async fn question(text: &str) -> Result<u8, std::num::ParseIntError> {
    yield_now().await;
    let n: u8 = text.parse()?;
    if n > 9 {
        return Ok(9);
    }
    Ok(n)
}

#[instrumented("forms.async.coercion")]
async fn coercion(text: &(String,)) -> Result<&str, String> {
    yield_now().await;
    Ok(&text.0)
}

#[instrumented("forms.async.early_coercion")]
async fn early_coercion(long: bool) -> Box<dyn Display + Send> {
    if long {
        return Box::new("long");
    }
    Box::new(1)
}

#[instrumented("forms.async.reassigned")]
async fn reassigned(mut text: &str) -> usize {
    let own = format!("{text}{text}");
    text = &own;
    yield_now().await;
    text.len()
}

#[instrumented("forms.async.never")]
async fn never() -> ! {
    loop {
        yield_now().await;
    }
}

#[instrumented("forms.async.result_of_impl")]
async fn result_of_impl(n: u8) -> Result<impl Display + Send, ()> {
    yield_now().await;
    if n == 0 { Err(()) } else { Ok(n) }
}

#[instrumented("forms.async.impl_out")]
async fn impl_out(n: u8) -> impl Display {
    n
}

#[instrumented("forms.async.patterns")]
async fn patterns((a, mut b): (u8, u8), mut c: Vec<u8>, _: String) -> Result<usize, ()> {
    b += a;
    c.push(b);
    yield_now().await;
    Ok(c.len() + usize::from(b))
}

#[instrumented("forms.async.borrows")]
async fn borrows<'a, T: AsRef<str> + ?Sized>(one: &'a T, two: &mut Vec<u8>) -> Result<&'a str, ()> {
    two.push(1);
    yield_now().await;
    Ok(one.as_ref())
}

#[instrumented("forms.async.takes_async_closure")]
async fn takes_async_closure(work: impl AsyncFn(u8) -> u8) -> Result<u8, ()> {
    Ok(work(2).await)
}

#[instrumented("forms.async.recursion")]
async fn recursion(n: u8) -> Result<u8, ()> {
    if n == 0 { Ok(0) } else { Ok(Box::pin(recursion(n - 1)).await? + 1) }
}

fn assert_send<T: Send>(value: T) -> T {
    value
}

#[instrumented("forms.async.sendable")]
async fn sendable(cell: Cell<u8>, list: &mut Vec<Cell<u8>>) -> Result<u8, ()> {
    list.push(Cell::new(1));
    yield_now().await;
    Ok(cell.get())
}

#[allow(clippy::async_yields_async, reason = "the body becomes a block, and to yield a future is what is tried")]
#[instrumented("forms.async.gives_a_future")]
async fn gives_a_future() -> impl Future<Output = Result<u8, ()>> {
    async { Ok(3) }
}

#[tokio::test]
async fn every_form_gives_what_it_gives_without_the_attribute() {
    let capture = listen("forms.async");
    nothing().await;
    assert_eq!(question("12").await, Ok(9));
    assert_eq!(coercion(&("a".into(),)).await, Ok("a"));
    assert_eq!(early_coercion(true).await.to_string(), "long");
    assert_eq!(reassigned("ab").await, 4);
    assert_eq!(result_of_impl(1).await.map(|shown| shown.to_string()), Ok("1".into()));
    assert_eq!(impl_out(1).await.to_string(), "1");
    assert_eq!(patterns((1, 2), vec![0], String::new()).await, Ok(5));
    assert_eq!(borrows("x", &mut Vec::new()).await, Ok("x"));
    assert_eq!(takes_async_closure(async |n| n + 1).await, Ok(3));
    assert_eq!(recursion(3).await, Ok(3));
    assert_eq!(assert_send(sendable(Cell::new(2), &mut Vec::new())).await, Ok(2));
    assert_eq!(gives_a_future().await.await, Ok(3));
    assert!(tokio::time::timeout(std::time::Duration::ZERO, never()).await.is_err());
    capture.assert_conserved();
    let exceptions = capture.named("forms.async.*.exception");
    assert_eq!(exceptions.iter().map(|event| event.operation).collect::<Vec<_>>(), ["never"], "{exceptions:#?}");
}
