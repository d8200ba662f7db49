use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use buckets::Key;
use buckets::operation::Expectation;
use buckets::telemetry::{EventName, Field, Sampling, Scope, Span, SpanId, SpanStart};

/// Says what a request is, to whose operations it belongs, and how the span gets into it.
///
/// [`ByOperation`](super::ByOperation) does for the requests of this library. For others see
/// [`TelemetryLayer::of`](super::TelemetryLayer::of), or implement it to hand the span on.
pub trait Describe<R> {
    /// Whose operation it is; asked first, and nothing more unless somebody listens.
    fn scope<'a>(&'a self, request: &'a R) -> &'a Scope;

    /// What the request is.
    fn describe<'a>(&'a self, request: &'a R) -> Description<'a>;

    /// Tells what is below, through the request, which span it is part of: its
    /// [number](Span::id) and what was [decided](Span::sampling) for it. By default nothing.
    fn enter(&self, request: &mut R, span: &Span) {
        let _ = (request, span);
    }

    /// Tells what is below, through the request, what was decided for it. By default nothing.
    fn carry(&self, request: &mut R, sampling: Sampling) {
        let _ = (request, sampling);
    }

    /// A counter of the bytes moved so far, for the `bytes` of a call that does not end well. By
    /// default none.
    fn progress(&self, request: &mut R) -> Option<Arc<AtomicU64>> {
        let _ = request;
        None
    }
}

/// What a request is: the name of its events, and what else is known of it when it begins.
#[derive(Clone, Copy, Debug)]
pub struct Description<'a> {
    pub(crate) name: &'static EventName,
    pub(crate) start: SpanStart<'a>,
    pub(crate) expectation: Expectation,
}

impl<'a> Description<'a> {
    /// A request with events of this name, of which no more is known.
    pub const fn new(name: &'static EventName) -> Self {
        Self { name, start: SpanStart::new(), expectation: Expectation::None }
    }

    /// The operation's name.
    pub(crate) fn operation_name(&self) -> &'static str {
        self.start.operation.unwrap_or_else(|| self.name.last_segment())
    }

    /// Sets the operation's name; the last segment of the event's name unless set.
    pub const fn operation(mut self, operation: &'static str) -> Self {
        self.start = self.start.operation(operation);
        self
    }

    /// Sets the span it is part of.
    pub const fn parent(mut self, parent: Option<SpanId>) -> Self {
        self.start = self.start.parent(parent);
        self
    }

    /// Sets what was decided for the span it is part of.
    pub const fn sampling(mut self, sampling: Sampling) -> Self {
        self.start = self.start.sampling(sampling);
        self
    }

    /// Sets the object it is about.
    pub const fn key(mut self, key: &'a Key) -> Self {
        self.start = self.start.key(key);
        self
    }

    /// Sets the content type of what is sent.
    pub const fn content_type(mut self, content_type: Option<&'a str>) -> Self {
        self.start = self.start.content_type(content_type);
        self
    }

    /// Sets further metadata of the start event: nothing secret, and for labels nothing of users.
    pub const fn fields(mut self, fields: &'a [Field<'a>]) -> Self {
        self.start = self.start.fields(fields);
        self
    }

    /// Sets which errors are answers.
    pub const fn expecting(mut self, expectation: Expectation) -> Self {
        self.expectation = expectation;
        self
    }
}

/// Describes requests by a function, as parts of one scope.
#[derive(Clone)]
pub struct Described<F> {
    pub(crate) scope: Scope,
    pub(crate) describe: F,
}

impl<F> Described<F> {
    /// `describe` says what a request is.
    pub const fn new<R>(scope: Scope, describe: F) -> Self
    where
        F: for<'a> Fn(&'a R) -> Description<'a>,
    {
        Self { scope, describe }
    }
}

impl<R, F> Describe<R> for Described<F>
where
    F: for<'a> Fn(&'a R) -> Description<'a>,
{
    fn scope<'a>(&'a self, _: &'a R) -> &'a Scope {
        &self.scope
    }

    fn describe<'a>(&'a self, request: &'a R) -> Description<'a> {
        (self.describe)(request)
    }
}

impl<F> fmt::Debug for Described<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Described").field("scope", &self.scope).finish_non_exhaustive()
    }
}
