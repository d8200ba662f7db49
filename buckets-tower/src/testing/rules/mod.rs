//! What a stack must do, one function each.

mod answers;
mod bodies;
mod calls;
mod costs;
mod panics;
mod readiness;

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use buckets::operation::{Get, Head, Operation, Request, Response};
use buckets::store::Store;
use buckets::{BoxError, Error, ErrorKind, Key};
use tower::ServiceExt;

use super::Script;

pub(super) use costs::allocates;

/// How often a rule does what may take something with it that is never given back. More than any
/// limit that a test would set.
const OFTEN: usize = 64;

/// A stack, and what the probe below it does.
pub(super) struct Bench<S> {
    pub(super) service: S,
    pub(super) script: Script,
}

pub(super) type Kept = Result<(), String>;
pub(super) type Rule<S> = fn(Bench<S>) -> Pin<Box<dyn Future<Output = Kept> + Send>>;

macro_rules! rules {
    ($($module:ident { $($rule:ident)+ })+) => {
        pub(super) const NAMES: &[&str] = &[$($(concat!(stringify!($module), ".", stringify!($rule)),)+)+];

        /// Every rule with its name.
        pub(super) fn all<S: Store>() -> impl Iterator<Item = (&'static str, Rule<S>)> {
            let rules: Vec<Rule<S>> = vec![$($(|bench| Box::pin($module::$rule(bench)),)+)+];
            NAMES.iter().copied().zip(rules)
        }
    };
}

rules! {
    readiness {
        is_asked_for_before_each_call
        is_not_inherited_by_clones
        may_be_asked_for_twice
        is_waited_for
        is_given_back_when_not_used
        errors_keep_their_kind
    }
    answers {
        are_those_of_the_service_below
        errors_keep_their_kind
        extensions_go_down_and_up
    }
    calls {
        do_not_mix
        that_are_dropped_are_dropped_below
        that_are_dropped_take_nothing_with_them
    }
    bodies {
        are_not_read_ahead
        errors_keep_their_kind
        that_are_dropped_are_dropped_below
        that_are_dropped_take_nothing_with_them
    }
    panics {
        pass_through
        take_nothing_with_them
    }
}

fn key(name: &str) -> Key {
    match Key::new(name) {
        Ok(key) => key,
        Err(error) => unreachable!("rules use plain keys: {error}"),
    }
}

fn head() -> Request {
    Request::new(Head::new(key("object")))
}

fn get() -> Request {
    Request::new(Get::new(key("object")))
}

impl<S: Store> Bench<S> {
    /// One call of a clone of the service.
    async fn send(&self, request: Request) -> Result<Response, Error> {
        self.service.clone().oneshot(request).await.map_err(|error| Error::from_boxed(error.into()))
    }

    async fn ask<O: Operation>(&self, operation: O) -> Result<O::Output, String> {
        let response = self.send(Request::new(operation)).await.map_err(unexpected)?;
        O::from_reply(response.reply).map_err(unexpected)
    }

    /// That the service still does what it did at first.
    async fn still_works(&self) -> Kept {
        self.script.otherwise(super::Answer::Ok);
        self.script.pauses(0);
        self.ask(Head::new(key("object"))).await.map_err(|error| format!("later calls fail: {error}"))?;
        let fetched = self.ask(Get::new(key("object"))).await?;
        let content = fetched.body.collect(1000).await.map_err(unexpected)?;
        ensure(content == Script::CONTENT, "a later body is another one")
    }
}

/// Makes this instance ready.
async fn ready<S: Store>(service: &mut S) -> Result<(), String> {
    poll_fn(|context| service.poll_ready(context)).await.map_err(|error| unexpected(error.into()))
}

/// Makes one instance ready and calls it.
async fn call<S: Store>(service: &mut S, request: Request) -> Result<Response, String> {
    ready(service).await?;
    service.call(request).await.map_err(|error| unexpected(error.into()))
}

/// Polls `future` so many times, or until it is ready.
async fn poll_times<F: Future>(mut future: Pin<&mut F>, times: usize) -> Option<F::Output> {
    for _ in 0..times {
        let polled = poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await;
        if let Poll::Ready(output) = polled {
            return Some(output);
        }
    }
    None
}

fn ensure(holds: bool, otherwise: &str) -> Kept {
    if holds { Ok(()) } else { Err(otherwise.to_owned()) }
}

fn unexpected(error: impl Into<BoxError>) -> String {
    format!("an unexpected error: {}", error.into())
}

/// That this call failed, with an error of this kind.
fn failed<T>(result: Result<T, Error>, kind: ErrorKind) -> Kept {
    match result {
        Ok(_) => Err(format!("an error `{kind}` became an answer")),
        Err(error) if error.kind() == kind => Ok(()),
        Err(error) => Err(format!("an error `{kind}` became `{}`", error.kind())),
    }
}
