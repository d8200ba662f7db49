use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::{AndThen, KeepSlow, Sampling};
use crate::telemetry::{EventName, Scope, SpanId, Timestamp};

/// Decides which operations sampled sinks hear of.
///
/// Given to a dispatcher ([`set_sampler`](crate::telemetry::Dispatcher::set_sampler)), it is asked for each
/// operation that is not part of another one, while a handler is attached; given to the
/// `SamplingLayer` of `buckets-tower`, for the requests that pass there undecided. It is called in the thread of the
/// operation: be quick, never block, and begin no operation. A panic counts as undecided.
///
/// Any `Fn(&Candidate<'_>) -> Sampling` is one:
///
/// ```
/// use std::time::Duration;
///
/// use buckets::telemetry::{Candidate, Dispatcher, Ratio, Sampler, Sampling};
///
/// let tenth = Ratio::new(0.1);
/// let dispatcher = Dispatcher::new();
/// dispatcher.set_sampler(
///     (move |candidate: &Candidate<'_>| match candidate.operation() {
///         "delete" => Sampling::kept(1.0),
///         "health" => Sampling::DROPPED,
///         _ => tenth.sample(candidate),
///     })
///     .keep_slow(Duration::from_secs(2)),
/// );
/// ```
pub trait Sampler: Send + Sync + 'static {
    /// Decides on an operation that begins.
    fn sample(&self, candidate: &Candidate<'_>) -> Sampling;

    /// Asks `next` about what this one keeps; the weights multiply.
    fn and_then<N: Sampler>(self, next: N) -> AndThen<Self, N>
    where
        Self: Sized,
    {
        AndThen::new(self, next)
    }

    /// Has operations told at their end that took at least so long, whatever this one decides.
    fn keep_slow(self, after: Duration) -> KeepSlow<Self>
    where
        Self: Sized,
    {
        KeepSlow::new(self, after)
    }
}

impl<F: Fn(&Candidate<'_>) -> Sampling + Send + Sync + 'static> Sampler for F {
    fn sample(&self, candidate: &Candidate<'_>) -> Sampling {
        self(candidate)
    }
}

impl<S: Sampler + ?Sized> Sampler for Arc<S> {
    fn sample(&self, candidate: &Candidate<'_>) -> Sampling {
        (**self).sample(candidate)
    }
}

/// An operation that begins, and is to be told or not.
#[derive(Clone, Copy)]
pub struct Candidate<'a> {
    scope: &'a Scope,
    name: &'static EventName,
    operation: &'static str,
    id: u64,
    /// Read when asked for, if it is not known.
    now: Option<Timestamp>,
}

impl<'a> Candidate<'a> {
    /// An operation with events of this name, which begins now and has a number of its own.
    pub fn new(scope: &'a Scope, name: &'static EventName) -> Self {
        Self { scope, name, operation: name.last_segment(), id: SpanId::next().get(), now: None }
    }

    /// What is known of a span that begins.
    pub(crate) fn beginning(
        scope: &'a Scope,
        name: &'static EventName,
        operation: &'static str,
        id: SpanId,
        now: Timestamp,
    ) -> Self {
        Self { scope, name, operation, id: id.get(), now: Some(now) }
    }

    /// Sets the operation's name; the last segment of the event's name unless set.
    pub const fn with_operation(mut self, operation: &'static str) -> Self {
        self.operation = operation;
        self
    }

    /// Sets the number that chance goes by: the same number, the same decision.
    pub const fn with_id(mut self, id: u64) -> Self {
        self.id = id;
        self
    }

    /// Whose operation it is.
    pub const fn scope(&self) -> &'a Scope {
        self.scope
    }

    /// The name of its events.
    pub const fn name(&self) -> &'static EventName {
        self.name
    }

    /// The operation, such as `insert`.
    pub const fn operation(&self) -> &'static str {
        self.operation
    }

    /// The number that chance goes by.
    pub const fn id(&self) -> u64 {
        self.id
    }

    /// When it begins, on the dispatcher's clock.
    pub fn now(&self) -> Timestamp {
        self.now.unwrap_or_else(|| self.scope.dispatcher_ref().now())
    }
}

impl fmt::Debug for Candidate<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Candidate").field("name", &self.name).field("id", &self.id).finish_non_exhaustive()
    }
}
