use std::fmt;

use crate::error::Error;
use crate::telemetry::{Outcome, Span};

/// Follows a [`GetBody`](super::GetBody) to its end: told of every chunk, and exactly once of the end.
///
/// For layers that hold something for as long as the body moves: a permit, a span, a count.
pub trait BodyObserver: Send {
    /// So many bytes are about to be handed to the reader.
    fn chunk(&mut self, len: usize);

    /// The body is over.
    fn end(self: Box<Self>, end: BodyEnd<'_>);
}

/// How a body ended.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum BodyEnd<'a> {
    /// Its whole content was delivered.
    Complete,
    /// It failed.
    Error(&'a Error),
    /// The reader dropped it before its end.
    Dropped,
    /// Its code panicked.
    Panicked,
}

/// The observers of one body. A single span needs no box; most bodies have no more.
#[derive(Default)]
pub(super) struct Observers {
    span: Option<Span>,
    others: Vec<Box<dyn BodyObserver>>,
}

impl Observers {
    pub(super) fn push_span(&mut self, mut span: Span) {
        if !span.is_enabled() {
            return;
        }
        // The body drops the span when the reader drops the body, be it because the reader panics.
        span.put_to_rest();
        if self.is_empty() {
            self.span = Some(span);
        } else {
            self.others.push(Box::new(SpanObserver(span)));
        }
    }

    pub(super) fn push(&mut self, observer: Box<dyn BodyObserver>) {
        self.others.push(observer);
    }

    /// Tells all of a chunk. What is told of an only chunk need not ask for the time, because its
    /// end follows at once.
    pub(super) fn chunk(&mut self, len: usize, is_last: bool) {
        if let Some(span) = &mut self.span {
            if is_last {
                span.in_one_piece();
            } else {
                span.first_byte();
            }
            span.add_bytes(len as u64);
        }
        self.others.iter_mut().for_each(|observer| observer.chunk(len));
    }

    /// Tells all of the end, innermost first; what comes later finds nobody.
    pub(super) fn end(&mut self, end: BodyEnd<'_>) {
        if let Some(span) = self.span.take() {
            end_span(span, end);
        }
        for observer in std::mem::take(&mut self.others) {
            observer.end(end);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.span.is_none() && self.others.is_empty()
    }
}

struct SpanObserver(Span);

impl BodyObserver for SpanObserver {
    fn chunk(&mut self, len: usize) {
        self.0.first_byte();
        self.0.add_bytes(len as u64);
    }

    fn end(self: Box<Self>, end: BodyEnd<'_>) {
        end_span(self.0, end);
    }
}

fn end_span(mut span: Span, end: BodyEnd<'_>) {
    match end {
        BodyEnd::Complete => {
            // An empty body moved zero bytes, which is not the same as having no content.
            span.add_bytes(0);
            span.succeed();
        }
        BodyEnd::Error(error) => {
            if let Some(attempts) = error.attempts() {
                span.set_attempts(attempts);
            }
            span.fail(error);
        }
        BodyEnd::Dropped => drop(span),
        BodyEnd::Panicked => span.end(Outcome::Panic, None),
    }
}

impl fmt::Debug for Observers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Observers").field("span", &self.span).field("others", &self.others.len()).finish()
    }
}
