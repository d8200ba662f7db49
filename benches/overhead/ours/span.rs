//! Spans: with nobody listening, and with handlers that count.

use std::sync::atomic::{AtomicU64, Ordering};

use buckets::Key;
use buckets::telemetry::catalogue::names::ADAPTER_GET;
use buckets::telemetry::{Dispatcher, Event, Handler, Scope, Span, SpanStart};

/// Under the global scope, which has no handler in this program.
#[inline(never)]
pub(crate) fn function(n: u64) -> u64 {
    let span = Span::start(&Scope::global(), &ADAPTER_GET);
    let result = n.wrapping_mul(3);
    span.succeed();
    result
}

/// As [`function`], but asynchronous.
pub(crate) async fn async_function(n: u64) -> u64 {
    let span = Span::start(&Scope::global(), &ADAPTER_GET);
    span.watch(async move { n.wrapping_mul(3) }, |span, _| span.succeed()).await
}

/// A cloud's scope with handlers attached.
pub(crate) struct Observed {
    scope: Scope,
    key: Key,
}

struct Count(AtomicU64);

impl Handler for Count {
    fn handle(&self, _: &Event<'_>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl Observed {
    /// With so many handlers that count.
    pub(crate) fn by(handlers: usize) -> Self {
        let dispatcher = Dispatcher::new();
        for index in 0..handlers {
            let count = Count(AtomicU64::new(0));
            dispatcher.attach(format!("count-{index}"), "buckets.adapter", count).expect("each id is used once");
        }
        let key = Key::new("folder/object.bin").expect("a plain key");
        Self { scope: Scope::new(dispatcher, "main", "memory"), key }
    }

    /// One span with all that a read of an object tells.
    pub(crate) fn span(&self) {
        let mut span = Span::start_with(&self.scope, &ADAPTER_GET, || {
            SpanStart::new().operation("get").key(&self.key).content_type(Some("image/png"))
        });
        span.add_bytes(4096);
        span.set_attempts(1);
        span.succeed();
    }
}
