//! The boxes of spans that ended, kept by their thread for spans to come: in the long run, none is allocated.

use std::cell::Cell;

use crate::telemetry::Scope;
use crate::telemetry::span::Active;

/// How many a thread keeps, about 5 KiB: enough for the calls that end while one task runs.
const MOST: u8 = 32;

/// What a box has to itself while it is a spare one.
#[derive(Default)]
pub(super) struct Spare {
    next: Option<Box<Active>>,
    /// How many there are from this one on.
    count: u8,
}

thread_local! {
    static FIRST: Cell<Option<Box<Active>>> = const { Cell::new(None) };
}

/// A spare box to be filled.
#[inline]
pub(super) fn take() -> Option<Box<Active>> {
    // While the thread's locals are torn down there is none.
    let mut first = FIRST.try_with(Cell::take).ok()??;
    FIRST.set(first.spare.next.take());
    Some(first)
}

/// Keeps the box of a span that has ended, but nothing that the span held on to.
#[inline]
pub(super) fn keep(mut ended: Box<Active>) {
    ended.data.scope = Scope::global();
    ended.data.key = None;
    ended.data.kept = None;
    let _ = FIRST.try_with(|first| {
        let next = first.take();
        let count = next.as_ref().map_or(0, |next| next.spare.count);
        if count < MOST {
            ended.spare = Spare { next, count: count + 1 };
            first.set(Some(ended));
        } else {
            first.set(next);
        }
    });
}
