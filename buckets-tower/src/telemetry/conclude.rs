use buckets::operation::Expectation;
use buckets::telemetry::{Outcome, Span};

/// Says how a call ended, by its result.
///
/// [`ByResult`](super::ByResult) does for the answers of this library. A closure
/// `Fn(&Result<T, E>) -> Outcome` does for any others.
pub trait Conclude<T, E> {
    /// Ends `span`, or hands it to the body that the answer has. Dropping it would say *cancelled*.
    fn conclude(&self, span: Span, expectation: Expectation, result: &mut Result<T, E>);
}

impl<T, E, F> Conclude<T, E> for F
where
    F: Fn(&Result<T, E>) -> Outcome,
{
    fn conclude(&self, mut span: Span, _: Expectation, result: &mut Result<T, E>) {
        let outcome = span.run(|| self(result));
        span.end(outcome, None);
    }
}
