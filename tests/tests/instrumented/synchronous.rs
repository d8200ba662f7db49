//! Functions that are not `async`: each does what it would do without the attribute.

use std::cell::Cell;
use std::collections::HashMap;
use std::error::Error;
use std::fmt::{Debug, Display};
use std::rc::Rc;
use std::sync::Mutex;
use std::task::Poll;

use buckets::ErrorKind;
use buckets::instrumented;

use crate::listening::{listen, told};

#[instrumented("forms.sync.nothing")]
fn nothing() {}

#[instrumented("forms.sync.plain")]
fn plain(n: u64) -> u64 {
    n + 1
}

#[instrumented("forms.sync.question")]
fn question(text: &str) -> Result<u8, std::num::ParseIntError> {
    let n: u8 = text.parse()?;
    if n > 9 {
        return Ok(9);
    }
    Ok(n)
}

macro_rules! leave {
    ($value:expr) => {
        return $value
    };
}

#[instrumented("forms.sync.macro_that_returns")]
fn macro_that_returns(n: u8) -> Option<u8> {
    if n == 0 {
        leave!(None);
    }
    Some(n)
}

#[allow(clippy::multiple_bound_locations, reason = "both places are to be tried")]
#[instrumented("forms.sync.generics")]
fn generics<'a, T: Clone + Debug, const N: usize>(all: &'a [T; N], fallback: &'a T) -> Result<&'a T, String>
where
    T: PartialEq,
{
    all.first().filter(|first| *first != fallback).ok_or_else(|| format!("{fallback:?}"))
}

#[instrumented("forms.sync.impl_in_and_out")]
fn impl_in_and_out<'a>(all: impl IntoIterator<Item = &'a u8> + 'a) -> impl Iterator<Item = u8> + 'a {
    all.into_iter().map(|n| n + 1)
}

#[instrumented("forms.sync.impl_fn")]
fn impl_fn(add: u8) -> impl Fn(&u8) -> u8 {
    move |n| *n + add
}

#[instrumented("forms.sync.result_of_impl")]
fn result_of_impl(ok: bool) -> Result<impl Iterator<Item = u8> + Send, Box<dyn Error>> {
    if !ok {
        return Err("not ok".into());
    }
    Ok([1, 2].into_iter())
}

#[instrumented("forms.sync.reborrow")]
fn reborrow<'a>(map: &'a mut HashMap<u8, String>, key: &u8) -> Result<&'a mut String, ErrorOf<'static>> {
    match map.get_mut(key) {
        Some(text) => {
            text.push('!');
            Ok(text)
        }
        None => Err(ErrorOf("missing")),
    }
}

#[derive(Debug)]
struct ErrorOf<'a>(&'a str);

impl Display for ErrorOf<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "error of {}", self.0)
    }
}

impl Error for ErrorOf<'_> {}

#[instrumented("forms.sync.borrowed_error")]
fn borrowed_error(text: &str) -> Result<(), ErrorOf<'_>> {
    if text.is_empty() { Ok(()) } else { Err(ErrorOf(text)) }
}

#[instrumented("forms.sync.generic_error")]
fn generic_error<T, E: Error>(result: Result<T, E>) -> Result<T, E> {
    let value = result?;
    Ok(value)
}

#[instrumented("forms.sync.boxed_closure")]
fn boxed_closure(ok: bool) -> Result<Box<dyn FnOnce() -> u8 + Send + Sync>, ()> {
    if ok { Ok(Box::new(|| 7)) } else { Err(()) }
}

#[instrumented("forms.sync.early_coercion")]
fn early_coercion(long: bool) -> Box<dyn Display> {
    if long {
        return Box::new("long");
    }
    Box::new(1)
}

struct Pair {
    one: u8,
    two: String,
}

#[instrumented("forms.sync.patterns")]
fn patterns(
    (a, mut b): (u8, u8),
    Pair { one, two }: Pair,
    &c: &u8,
    ref d: u8,
    _: u8,
    mut e: Vec<u8>,
    [f, ..]: [u8; 3],
) -> Result<String, ()> {
    b += 1;
    e.push(*d);
    Ok(format!("{a}{b}{one}{two}{c}{d}{}{f}", e.len()))
}

#[allow(clippy::too_many_arguments, reason = "each name is one to be tried")]
#[instrumented("forms.sync.unusual_names")]
fn unusual_names(caller: u8, result: u8, span: u8, guard: u8, error: u8, value: u8, out: u8, begin: u8) -> Option<u8> {
    caller.checked_add(result)?.checked_add(span + guard + error + value + out + begin)
}

#[instrumented("forms.sync.raw_names")]
fn r#match(r#type: u8) -> Result<u8, ()> {
    Ok(r#type)
}

#[instrumented("forms.sync.cfg_arguments")]
fn cfg_arguments(#[cfg(not(any()))] there: String, #[cfg(any())] absent: String) -> Result<usize, ()> {
    Ok(there.len())
}

mod shadowed {
    #![allow(dead_code, non_snake_case, reason = "names of the prelude and of crates, on purpose")]

    pub(super) enum Own {
        Ok(u8),
        Err(u8),
        None,
        Some(u8),
    }
    use Own::*;

    mod core {}
    mod std {}
    mod buckets {}
    struct Option;
    struct Result;
    struct Box;
    struct String;

    #[super::instrumented("forms.sync.shadowed")]
    pub(super) fn shadowed(n: u8) -> Own {
        if n == 0 {
            return None;
        }
        if n > 9 { Err(n) } else { Some(n) }
    }
}

#[instrumented("forms.sync.inner_attribute")]
fn inner_attribute(n: u8) -> Result<u8, ()> {
    #![allow(unused_variables)]
    let unused = 1;
    Ok(n)
}

#[instrumented("forms.sync.recursion")]
fn recursion(n: u64) -> Result<u64, ()> {
    if n == 0 { Ok(0) } else { Ok(n + recursion(n - 1)?) }
}

macro_rules! make {
    ($visibility:vis fn $name:ident($argument:ident: $ty:ty) -> $output:ty $body:block) => {
        #[instrumented("forms.sync.made")]
        $visibility fn $name($argument: $ty) -> $output $body
    };
}
make! { pub(crate) fn made(n: u8) -> Result<u8, String> { if n == 0 { return Err("zero".into()); } Ok(n) } }

#[instrumented("forms.sync.never")]
fn never(message: &str) -> ! {
    panic!("{message}")
}

#[instrumented("forms.sync.abi")]
extern "C" fn abi(n: i32) -> i32 {
    n * 2
}

/// Borrows in its last expression what drops with the argument: up to edition 2021, that is a matter of order.
#[instrumented("forms.sync.last_expression")]
fn last_expression(counter: Mutex<u8>, _kept: Rc<u8>) -> Result<u8, ()> {
    match *counter.lock().expect("not poisoned") {
        0 => Err(()),
        n => Ok(n),
    }
}

#[instrumented("forms.sync.poll")]
fn poll(state: u8) -> Poll<Result<u8, std::io::Error>> {
    match state {
        0 => Poll::Pending,
        1 => Poll::Ready(Ok(1)),
        _ => Poll::Ready(Err(std::io::ErrorKind::TimedOut.into())),
    }
}

#[instrumented("forms.sync.caller", guard)]
#[track_caller]
fn caller() -> Result<&'static std::panic::Location<'static>, ()> {
    Ok(std::panic::Location::caller())
}

#[instrumented]
fn named_by_its_path() {}

#[test]
fn every_form_gives_what_it_gives_without_the_attribute() {
    let capture = listen("forms.sync");
    nothing();
    assert_eq!(plain(1), 2);
    assert_eq!((question("12"), question("3").ok()), (Ok(9), Some(3)));
    assert_eq!((macro_that_returns(0), macro_that_returns(1)), (None, Some(1)));
    assert_eq!(generics(&[1, 2], &3), Ok(&1));
    assert_eq!(impl_in_and_out(&[1, 2]).collect::<Vec<_>>(), [2, 3]);
    assert_eq!(impl_fn(2)(&3), 5);
    assert_eq!(result_of_impl(true).expect("ok").sum::<u8>(), 3);
    let mut map = HashMap::from([(1, "one".to_owned())]);
    assert_eq!(reborrow(&mut map, &1).expect("there").len(), 4);
    assert!(borrowed_error("").is_ok());
    assert_eq!(boxed_closure(true).expect("ok")(), 7);
    assert_eq!((early_coercion(true).to_string(), early_coercion(false).to_string()), ("long".into(), "1".into()));
    let pair = Pair { one: 3, two: "x".into() };
    assert_eq!(patterns((1, 1), pair, &4, 5, 0, Vec::new(), [6, 0, 0]), Ok("123x4516".into()));
    assert_eq!(unusual_names(1, 1, 1, 1, 1, 1, 1, 1), Some(8));
    assert_eq!(r#match(3), Ok(3));
    assert_eq!(cfg_arguments("abc".into()), Ok(3));
    assert!(matches!(shadowed::shadowed(10), shadowed::Own::Err(10)));
    assert_eq!(inner_attribute(1), Ok(1));
    assert_eq!(recursion(3), Ok(6));
    assert_eq!(made(1), Ok(1));
    assert_eq!(abi(4), 8);
    assert_eq!(last_expression(Mutex::new(4), Rc::new(1)), Ok(4));
    assert!(poll(0).is_pending());
    assert_eq!(caller().expect("ok").file(), file!(), "the caller is this");
    capture.assert_conserved();
    assert!(capture.named("forms.sync.*.exception").is_empty(), "{:#?}", capture.named("forms.sync.*.exception"));
}

#[test]
fn an_error_is_an_exception_however_it_is_returned() {
    let capture = listen("forms.sync");
    let error = question("x").expect_err("no number");
    let told_of = |name: &str| capture.one(&format!("forms.sync.{name}.exception"));
    assert_eq!(told_of("question").error, [error.to_string()]);
    assert!(result_of_impl(false).is_err());
    assert_eq!(told_of("result_of_impl").error, ["not ok"]);
    assert!(borrowed_error("a text").is_err());
    assert_eq!(told_of("borrowed_error").error, ["error of a text"]);
    let io = generic_error::<(), _>(Err(std::io::Error::from(std::io::ErrorKind::NotFound)));
    assert_eq!(told_of("generic_error").error, [io.expect_err("an error").to_string()]);
    assert!(boxed_closure(false).is_err());
    assert_eq!(told_of("boxed_closure").kind, Some(ErrorKind::Other));
    assert!(matches!(poll(2), Poll::Ready(Err(_))));
    assert_eq!(told_of("poll").kind, Some(ErrorKind::Timeout));
    capture.assert_conserved();
}

#[test]
fn a_panic_goes_on_and_is_told() {
    let capture = listen("forms.sync.never");
    let panic = std::panic::catch_unwind(|| never("at once")).expect_err("a panic");
    assert_eq!(panic.downcast_ref::<String>().map(String::as_str), Some("at once"));
    assert_eq!(told(&capture), ["never.start", "never.exception"]);
    assert_eq!(capture.one("forms.sync.never.exception").kind, Some(ErrorKind::Panic));
}

#[test]
fn a_name_is_made_of_the_path() {
    let capture = listen("instrumented.synchronous.named_by_its_path");
    named_by_its_path();
    assert_eq!(
        capture.names(),
        ["instrumented.synchronous.named_by_its_path.start", "instrumented.synchronous.named_by_its_path.stop"]
    );
}

#[test]
fn arguments_are_dropped_in_the_order_of_a_plain_function() {
    thread_local! {
        static DROPPED: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
    }
    struct Tell(u8);
    impl Drop for Tell {
        fn drop(&mut self) {
            let mut dropped = DROPPED.take();
            dropped.push(self.0);
            DROPPED.set(dropped);
        }
    }
    #[allow(dead_code, reason = "kept to be dropped")]
    struct Both(Tell, Tell);

    fn plain(a: Tell, _b: Tell, Both(c, _): Both, _: Tell, mut d: Tell) -> Result<(), ()> {
        d.0 += 0;
        let _in_another_order = (&c, &a);
        Ok(())
    }
    #[instrumented("forms.drops.instrumented")]
    fn instrumented(a: Tell, _b: Tell, Both(c, _): Both, _: Tell, mut d: Tell) -> Result<(), ()> {
        d.0 += 0;
        let _in_another_order = (&c, &a);
        Ok(())
    }
    let order = |function: fn(Tell, Tell, Both, Tell, Tell) -> Result<(), ()>| {
        function(Tell(1), Tell(2), Both(Tell(3), Tell(4)), Tell(5), Tell(6)).expect("ok");
        DROPPED.take()
    };
    assert_eq!(order(instrumented), order(plain));
}
