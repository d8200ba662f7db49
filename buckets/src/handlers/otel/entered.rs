//! Our current span as OpenTelemetry's, so that what others trace within an operation is part of it.

use std::cell::RefCell;

use opentelemetry::{Context, ContextGuard};

use super::open;
use crate::telemetry::{CurrentSpan, SpanId};

thread_local! {
    /// The spans whose code this thread runs, the innermost last.
    static ENTERED: RefCell<Vec<(SpanId, ContextGuard)>> = const { RefCell::new(Vec::new()) };
}

/// Follows a change of a thread's current span.
///
/// Spans are left in the opposite order of being entered, so one that is there already is being returned to.
pub(super) fn follow(current: CurrentSpan) {
    let Some(id) = current.id() else { return leave_above(0) };
    match position(id) {
        Some(position) => leave_above(position + 1),
        None => {
            if let Some(open) = open::get(id) {
                let guard = open.context.attach();
                // While a thread ends there is nothing to remember it in; it is left at once.
                let _ = ENTERED.try_with(|entered| entered.borrow_mut().push((id, guard)));
            }
        }
    }
}

/// The context of which `parent` is the span, or of a span of others within that.
pub(super) fn context_within(parent: Option<SpanId>) -> Context {
    match parent {
        Some(id) if position(id).is_none() => open::get(id).map_or_else(Context::current, |open| open.context),
        _ => Context::current(),
    }
}

fn position(id: SpanId) -> Option<usize> {
    let find = |entered: &RefCell<Vec<(SpanId, _)>>| entered.borrow().iter().rposition(|(other, _)| *other == id);
    ENTERED.try_with(find).ok().flatten()
}

fn leave_above(height: usize) {
    loop {
        // Taken out first: leaving may end a span, whose exporter may come by here.
        let pop = |entered: &RefCell<Vec<_>>| {
            let mut entered = entered.borrow_mut();
            if entered.len() > height { entered.pop() } else { None }
        };
        if ENTERED.try_with(pop).ok().flatten().is_none() {
            return;
        }
    }
}
