//! The spans that have begun and not ended.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, TraceContextExt};

use crate::telemetry::{SpanId, Timestamp};

/// So many at most: what is forgotten by its owner must not fill the memory.
const MOST: usize = 1 << 16;
const SHARDS: usize = 16;

/// A span that others can be part of.
#[derive(Clone)]
pub(super) struct Open {
    /// The attachment that was told of its start.
    pub(super) attachment: u64,
    /// With the span in it.
    pub(super) context: Context,
    pub(super) begun: SystemTime,
    pub(super) started: Timestamp,
}

type Shard = Mutex<HashMap<SpanId, Open>>;

/// One for all handlers, because spans of different dispatchers can be part of each other.
static SPANS: LazyLock<[Shard; SHARDS]> = LazyLock::new(Default::default);

/// Remembers a span, unless there are too many.
pub(super) fn insert(id: SpanId, open: Open) {
    let mut spans = shard(id);
    if spans.len() < MOST / SHARDS {
        spans.insert(id, open);
    }
}

pub(super) fn get(id: SpanId) -> Option<Open> {
    shard(id).get(&id).cloned()
}

pub(super) fn take(id: SpanId) -> Option<Open> {
    shard(id).remove(&id)
}

thread_local! {
    /// The span that ended last here: handlers that are told after this one may ask for it.
    static ENDED: RefCell<Option<(SpanId, SpanContext)>> = const { RefCell::new(None) };
}

pub(super) fn note_end(id: SpanId, span: &SpanContext) {
    // While a thread ends there is nobody left to ask.
    let _ = ENDED.try_with(|ended| *ended.borrow_mut() = Some((id, span.clone())));
}

/// OpenTelemetry's span of one of ours that is open, or is ending in this thread.
pub(super) fn span_of(id: SpanId) -> Option<SpanContext> {
    let ended = |ended: &RefCell<Option<(SpanId, SpanContext)>>| {
        ended.borrow().as_ref().filter(|(other, _)| *other == id).map(|(_, span)| span.clone())
    };
    let open = || get(id).map(|open| open.context.span().span_context().clone());
    ENDED.try_with(ended).ok().flatten().or_else(open)
}

/// Forgets the spans of an attachment, which will not be told of their ends.
pub(super) fn forget(attachment: u64) {
    for shard in &*SPANS {
        let mut kept = lock(shard);
        let (gone, rest) = kept.drain().partition::<Vec<_>, _>(|(_, open)| open.attachment == attachment);
        kept.extend(rest);
        drop(kept);
        // Ends them, which calls code of the SDK's, so not under the lock.
        drop(gone);
    }
}

fn shard(id: SpanId) -> MutexGuard<'static, HashMap<SpanId, Open>> {
    lock(&SPANS[id.get() as usize % SHARDS])
}

fn lock(shard: &Shard) -> MutexGuard<'_, HashMap<SpanId, Open>> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}
