use std::error::Error as StdError;

use crate::error::{Error, ErrorKind};
use crate::telemetry::{EventName, Outcome, Scope, Span, SpanStart};

/// Runs `work` as an operation on the global dispatcher, which ends as its result says.
///
/// `Ok` did what was asked. `Err` is an error, of the kind that the first
/// [`buckets::Error`](crate::Error) or `io::Error` among it and its sources has. A panic goes on, and
/// ends the operation as one. For all that the feature `macros` has to offer see `span!`; for another
/// dispatcher, and for work that cannot fail, see [`Span`].
///
/// ```
/// use buckets::telemetry::{EventName, SpanStart, Value, span};
///
/// static PARSE: EventName = EventName::new("my_app.report.parse");
///
/// let fields = [("format", Value::from("csv"))];
/// let rows = span(&PARSE, SpanStart::new().fields(&fields), || "12".parse::<u32>())?;
/// # Ok::<(), std::num::ParseIntError>(())
/// ```
///
/// # Errors
/// Those of `work`.
pub fn span<T, E: StdError + 'static>(
    name: &'static EventName,
    what: SpanStart<'_>,
    work: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
    let mut span = Span::start_with(&Scope::global(), name, || what);
    let result = span.run(work);
    end(span, &result);
    result
}

/// Runs `work` as [`span()`] does, across its awaits. Dropped before its end, the operation is
/// cancelled; a future that is never polled is none.
///
/// ```
/// use buckets::telemetry::{EventName, SpanStart, span_async};
///
/// static FETCH: EventName = EventName::new("my_app.rates.fetch");
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let rate = span_async(&FETCH, SpanStart::new(), async || Ok::<_, std::io::Error>(1.25)).await?;
/// # assert_eq!(rate, 1.25);
/// # Ok::<(), std::io::Error>(()) })?;
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
/// Those of `work`.
pub async fn span_async<T, E: StdError + 'static>(
    name: &'static EventName,
    what: SpanStart<'_>,
    work: impl AsyncFnOnce() -> Result<T, E>,
) -> Result<T, E> {
    let span = Span::start_with(&Scope::global(), name, || what);
    span.watch(work(), |span, result| end(span, result)).await
}

fn end<T, E: StdError + 'static>(span: Span, result: &Result<T, E>) {
    match result {
        Ok(_) => span.succeed(),
        Err(error) => span.end(Outcome::Error(kind_of(error)), Some(error)),
    }
}

/// The kind of an error that need not be one of ours.
pub(crate) fn kind_of(error: &(dyn StdError + 'static)) -> ErrorKind {
    let kind = ErrorKind::of(error);
    let mut link = (kind == ErrorKind::Other).then_some(error);
    while let Some(error) = link {
        if let Some(error) = error.downcast_ref::<std::io::Error>() {
            return Error::kind_of_io(error.kind());
        }
        link = error.source();
    }
    kind
}

#[cfg(all(test, feature = "testing"))]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;
    use crate::telemetry::{CurrentSpan, Dispatcher, Stage};
    use crate::testing::Capture;

    static WORK: EventName = EventName::new("test.observe.work");
    static WHOLE: EventName = EventName::new("test.observe.whole");
    static PART: EventName = EventName::new("test.observe.part");

    #[test]
    fn each_end_is_told_for_what_it_is() {
        let capture = Capture::select(&Dispatcher::global(), &["test.observe.work"]).expect("attached");
        let not_found = || std::io::Error::from(std::io::ErrorKind::NotFound);
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");

        assert_eq!(span(&WORK, SpanStart::new(), || Ok::<_, std::io::Error>(1)).ok(), Some(1));
        span(&WORK, SpanStart::new(), || Err::<(), _>(not_found())).expect_err("passed on");
        let panicking =
            AssertUnwindSafe(|| span(&WORK, SpanStart::new(), || -> std::io::Result<()> { panic!("ours") }));
        catch_unwind(panicking).expect_err("goes on");
        drop(span_async(&WORK, SpanStart::new(), async || Ok::<_, std::io::Error>(())));
        runtime.block_on(async {
            let mut waiting = Box::pin(span_async(&WORK, SpanStart::new(), async || {
                std::future::pending::<std::io::Result<()>>().await
            }));
            assert!(futures_util::FutureExt::now_or_never(&mut waiting).is_none());
        });

        let ends: Vec<_> = capture.events().into_iter().filter(|event| event.stage != Stage::Start).collect();
        let ends: Vec<_> = ends.iter().map(|event| event.outcome.expect("an end")).collect();
        let expected = [Outcome::Success, Outcome::Error(ErrorKind::NotFound), Outcome::Panic, Outcome::Cancelled];
        assert_eq!(ends, expected, "and of what was never polled nothing");
        capture.assert_conserved();
    }

    #[test]
    fn what_begins_within_is_part_of_it() {
        let capture = Capture::select(&Dispatcher::global(), &["test.observe.part"]).expect("attached");
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let outer = runtime.block_on(span_async(&WHOLE, SpanStart::new(), async || {
            tokio::task::yield_now().await;
            span(&PART, SpanStart::new(), || Ok::<_, std::io::Error>(()))?;
            Ok::<_, std::io::Error>(CurrentSpan::get().id())
        }));
        assert_eq!(capture.one("test.observe.part.start").parent_id, outer.expect("no error"));
        assert_eq!(CurrentSpan::get().id(), None);
    }
}
