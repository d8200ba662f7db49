//! `#[fastrace::trace]`, without a trace to be part of, and as one of its own.

use ::fastrace::collector::{Config, Reporter, SpanContext, SpanRecord};
use ::fastrace::future::FutureExt;
use ::fastrace::{Span, trace};

#[inline(never)]
#[trace]
pub(crate) fn function(n: u64) -> u64 {
    n.wrapping_mul(3)
}

#[trace]
pub(crate) async fn async_function(n: u64) -> u64 {
    n.wrapping_mul(3)
}

/// As [`function`], in a trace that is reported.
pub(crate) fn reported(n: u64) -> u64 {
    let root = Span::root("bench", SpanContext::random());
    let _current = root.set_local_parent();
    function(n)
}

/// As [`async_function`], in a trace that is reported.
pub(crate) async fn async_reported(n: u64) -> u64 {
    async_function(n).in_span(Span::root("bench", SpanContext::random())).await
}

struct Nowhere;

impl Reporter for Nowhere {
    fn report(&mut self, _: Vec<SpanRecord>) {}
}

/// From here on traces are reported, to nowhere.
pub(crate) fn report() {
    ::fastrace::set_reporter(Nowhere, Config::default());
}
