use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use pin_project_lite::pin_project;

use crate::instrument::{Judged, end};
use crate::telemetry::{Number, Span};

pin_project! {
    /// A stream under observation, until it ends, or an item is an error, or it is dropped.
    #[must_use = "streams do nothing unless polled"]
    pub struct Streamed<S, J> {
        // Dropped before the span, so that what the stream does last is still part of it.
        #[pin]
        stream: S,
        span: Span,
        items: u64,
        judge: J,
    }
}

/// Observes `stream`; `judge` tells whether an item is an error.
pub fn streamed<S, J>(mut span: Span, stream: S, judge: J) -> Streamed<S, J>
where
    S: Stream,
    J: FnMut(&S::Item) -> Option<Judged<'_>>,
{
    span.put_to_rest();
    Streamed { stream, span, items: 0, judge }
}

impl<S, J> Stream for Streamed<S, J>
where
    S: Stream,
    J: FnMut(&S::Item) -> Option<Judged<'_>>,
{
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        let item = ready!(this.span.run(|| this.stream.poll_next(context)));
        if this.span.is_enabled() {
            *this.items += u64::from(item.is_some());
            let judged = item.as_ref().and_then(this.judge);
            if item.is_none() || judged.is_some() {
                let span = this.span.take_guard();
                end(span, judged, &[("items", Number::U64(*this.items))], &[]);
            }
        }
        Poll::Ready(item)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.stream.size_hint()
    }
}

impl<S, J> fmt::Debug for Streamed<S, J> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Streamed").field("span", &self.span).field("items", &self.items).finish_non_exhaustive()
    }
}
