use buckets::operation::{Expectation, Reply, Response};
use buckets::telemetry::{Outcome, Span};
use buckets::{Error, ErrorKind};

use super::{AsError, Conclude};

/// Ends the spans of this library's operations as their results say, and those of answers with a
/// body with the body.
///
/// An error of any type has the kind of the first [`Error`] among it and its sources, so that
/// boxing layers below hide nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct ByResult;

impl<E: AsError> Conclude<Response, E> for ByResult {
    fn conclude(&self, mut span: Span, expectation: Expectation, result: &mut Result<Response, E>) {
        let response = match result {
            Ok(response) => response,
            Err(error) => {
                let error = error.as_error();
                let outcome = match Error::find(error) {
                    Some(ours) => {
                        span.set_attempts(ours.attempts().unwrap_or(0));
                        expectation.outcome(ours)
                    }
                    None => Outcome::Error(ErrorKind::of(error)),
                };
                return span.end(outcome, Some(error));
            }
        };
        span.set_attempts(response.attempts);
        if let Some(bytes) = response.bytes() {
            span.add_bytes(bytes);
        }
        match &mut response.reply {
            Reply::Get(fetched) => fetched.body.observe_span(span),
            _ => span.succeed(),
        }
    }
}
