//! The stack trace of a report is that of the place where the error arose.

use std::process::Command;

use buckets::handlers::sentry::Sentry;
use buckets::operation::{Request, Response};
use buckets::telemetry::Dispatcher;
use buckets::{BoxError, Cloud, Error};
use sentry::ClientOptions;
use sentry::protocol::{Event, Frame};
use tower::service_fn;

use crate::inbox::Inbox;
use crate::stores::{key, unavailable};

const SWITCH: &str = "RUST_LIB_BACKTRACE";

/// An error with a stack that can be recognised.
#[inline(never)]
fn where_it_arose() -> Error {
    unavailable()
}

async fn report_of(fail: fn() -> BoxError) -> Event<'static> {
    let dispatcher = Dispatcher::new();
    Sentry::new().attach(&dispatcher).expect("attached");
    let store = service_fn(move |_: Request| async move { Err::<Response, _>(fail()) });
    let cloud = Cloud::over("uploads", "s3", store).dispatcher(dispatcher).build();
    let inbox = Inbox::with(sentry::apply_defaults(ClientOptions::new()));
    inbox.during(cloud.read(&key())).await.expect_err("it fails");
    inbox.one()
}

fn functions(event: &Event<'_>) -> Vec<String> {
    let stack = event.exception.last().and_then(|exception| exception.stacktrace.as_ref());
    let frames = stack.into_iter().flat_map(|stack| &stack.frames);
    frames.filter_map(|frame| frame.function.clone()).collect()
}

/// `std` decides once per process whether to capture stacks, so each case is a process of its own.
fn is_case(value: &str, test: &str) -> bool {
    if std::env::var(SWITCH).as_deref() == Ok(value) {
        return true;
    }
    let this = std::env::current_exe().expect("this program");
    let name = format!("{}::{test}", module_path!().split_once("::").expect("a module").1);
    let output = Command::new(this)
        .args(["--exact", &name, "--nocapture"])
        .env("RUST_BACKTRACE", "0")
        .env(SWITCH, value)
        .output()
        .expect("it runs");
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{printed}{}", String::from_utf8_lossy(&output.stderr));
    assert!(printed.contains("1 passed"), "{printed}");
    false
}

#[tokio::test]
async fn a_captured_stack_is_shown() {
    if !is_case("1", "a_captured_stack_is_shown") {
        return;
    }
    let event = report_of(|| where_it_arose().into()).await;
    let functions = functions(&event);
    assert!(functions.iter().any(|name| name.contains("where_it_arose")), "{functions:#?}");
    assert!(!functions.iter().any(|name| name.contains("capture_event")), "{functions:#?}");
    let stack = event.exception.last().and_then(|exception| exception.stacktrace.as_ref()).expect("a stack");
    let frame = |part: &str| {
        let named = |frame: &&Frame| frame.function.as_deref().is_some_and(|name| name.contains(part));
        stack.frames.iter().rev().find(named).unwrap_or_else(|| panic!("no frame of `{part}` in {functions:#?}"))
    };
    let origin = frame("where_it_arose");
    assert_eq!(origin.filename.as_deref(), Some("origin.rs"));
    assert!(origin.lineno.is_some() && origin.in_app != Some(false), "{origin:?}");
    assert_eq!(frame("rust_begin_short_backtrace").in_app, Some(false));
}

/// A layer that tells the error again, in its own words or in its own box, does not hide the stack.
#[tokio::test]
async fn a_stack_is_found_behind_layers() {
    if !is_case("1", "a_stack_is_found_behind_layers") {
        return;
    }
    let event = report_of(|| std::io::Error::other(where_it_arose()).into()).await;
    assert!(functions(&event).iter().any(|name| name.contains("where_it_arose")), "{event:#?}");
    assert_eq!(event.exception.last().map(|last| last.ty.as_str()), Some("unavailable"));
}

#[tokio::test]
async fn without_a_captured_stack_there_is_none() {
    if !is_case("0", "without_a_captured_stack_there_is_none") {
        return;
    }
    let event = report_of(|| where_it_arose().into()).await;
    assert!(event.exception.iter().all(|exception| exception.stacktrace.is_none()));
    assert!(event.threads.is_empty() && event.stacktrace.is_none());
}
