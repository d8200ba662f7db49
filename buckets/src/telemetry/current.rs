use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
#[cfg(feature = "opentelemetry")]
use std::sync::OnceLock;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::telemetry::{Sampling, SpanId};

/// The span whose code a thread runs: the parent of spans that begin there and are not told of another one.
///
/// [`Span::run`](super::Span::run) and [`Span::watch`](super::Span::watch) set it while code of the
/// span runs, poll by poll, and so do instrumented functions. It ends at a task's or thread's border,
/// where it is handed on if wanted:
///
/// ```
/// use buckets::telemetry::{CurrentSpan, EventName, Scope, Span};
/// use buckets::testing::Capture;
///
/// static IMPORT: EventName = EventName::new("my_app.import");
/// static CHECK: EventName = EventName::new("my_app.import.check");
///
/// let capture = Capture::new();
/// let scope = Scope::of(capture.dispatcher());
/// let mut import = Span::start(&scope, &IMPORT);
/// let thread = import.run(|| {
///     let (current, scope) = (CurrentSpan::get(), scope.clone());
///     std::thread::spawn(move || current.run(|| Span::start(&scope, &CHECK).succeed()))
/// });
/// thread.join().unwrap();
/// assert_eq!(capture.one("my_app.import.check.stop").parent_id, import.id());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CurrentSpan {
    span: Option<SpanId>,
    sampling: Sampling,
}

thread_local! {
    static CURRENT: Cell<CurrentSpan> = const { Cell::new(CurrentSpan::NONE) };
}

/// What is called with each change of a thread's current span.
#[cfg(feature = "opentelemetry")]
static FOLLOWER: OnceLock<fn(CurrentSpan)> = OnceLock::new();

/// Has `follow` called from now on. There is one for the process, which stays: a span that was entered before
/// its handler was detached is still left.
#[cfg(feature = "opentelemetry")]
pub(crate) fn set_follower(follow: fn(CurrentSpan)) {
    FOLLOWER.get_or_init(|| follow);
}

impl CurrentSpan {
    const NONE: Self = Self { span: None, sampling: Sampling::UNDECIDED };

    /// That of this thread at this moment.
    pub fn get() -> Self {
        CURRENT.get()
    }

    #[inline]
    pub(crate) const fn new(span: SpanId, sampling: Sampling) -> Self {
        Self { span: Some(span), sampling }
    }

    /// Makes this the current one; gives back the one before it.
    #[inline]
    pub(crate) fn replace_current(self) -> Self {
        // Not given back by the closure, which would have it looked at once more.
        let mut before = Self::NONE;
        CURRENT.with(|current| before = current.replace(self));
        #[cfg(feature = "opentelemetry")]
        if let Some(follow) = FOLLOWER.get() {
            follow(self);
        }
        before
    }

    /// The number of the span, if there is one.
    pub fn id(self) -> Option<SpanId> {
        self.span
    }

    /// What was decided for it.
    pub fn sampling(self) -> Sampling {
        self.sampling
    }

    /// Runs `code` as part of this span.
    pub fn run<T>(self, code: impl FnOnce() -> T) -> T {
        let _entered = Entered::into(self);
        code()
    }

    /// Polls `future` as part of this span, wherever it is polled: `tokio::spawn(CurrentSpan::get().carry(work()))`.
    pub fn carry<F: Future>(self, future: F) -> Carried<F> {
        Carried { future, current: self }
    }
}

pin_project! {
    /// A future that is part of a span; made by [`CurrentSpan::carry`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct Carried<F> {
        #[pin]
        future: F,
        current: CurrentSpan,
    }
}

impl<F: Future> Future for Carried<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        this.current.run(|| this.future.poll(context))
    }
}

/// The time during which a span is the current one; the one before it is current again afterwards,
/// after a panic too.
#[derive(Debug)]
pub(crate) struct Entered {
    previous: CurrentSpan,
}

impl Entered {
    pub(crate) fn into(span: CurrentSpan) -> Self {
        Self { previous: span.replace_current() }
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        self.previous.replace_current();
    }
}
