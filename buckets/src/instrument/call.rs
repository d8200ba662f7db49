use crate::instrument::Judged;
use crate::telemetry::{Field, Measurement, Outcome, Span};

/// The current span, on the stack of its code: dropped by a panic of it, unless taken out before.
#[derive(Debug)]
struct Running(Span);

impl Running {
    #[inline]
    fn new(span: Span) -> Self {
        Self(if span.is_enabled() { enter(span) } else { span })
    }

    /// Leaves the span.
    fn into_span(mut self) -> Span {
        let span = std::mem::replace(&mut self.0, Span::disabled());
        span.before_entered().replace_current();
        span
    }

    /// Ends the span, and leaves it then.
    #[cold]
    #[inline(never)]
    fn end(&mut self, end: fn(Span)) {
        let span = std::mem::replace(&mut self.0, Span::disabled());
        let before = span.before_entered();
        end(span);
        before.replace_current();
    }
}

impl Drop for Running {
    #[inline]
    fn drop(&mut self) {
        if self.0.is_enabled() {
            self.end(drop);
        }
    }
}

// By value, which is in a register, where a reference would have it on the stack.
#[cold]
#[inline(never)]
fn enter(mut span: Span) -> Span {
    span.enter();
    span
}

/// Runs `code`; `finish` is called with its value if somebody listens.
///
/// That `code` is an `FnOnce` is why this is a function: a closure called on the spot would be
/// whatever it can be at most, and then cannot return what it has moved or borrowed mutably.
#[inline]
pub fn call<T>(span: Span, code: impl FnOnce() -> T, finish: impl FnOnce(Span, &T)) -> T {
    let running = Running::new(span);
    let value = code();
    if running.0.is_enabled() {
        conclude(running, &value, finish);
    } else {
        // There is nothing to drop, which the compiler need not find out for each function.
        std::mem::forget(running);
    }
    value
}

#[cold]
#[inline(never)]
fn conclude<T: ?Sized>(running: Running, value: &T, finish: impl FnOnce(Span, &T)) {
    finish(running.into_span(), value);
}

/// Runs the code of a function that returns a future or a stream; the span goes on with that.
#[inline]
pub fn eager<T>(span: Span, code: impl FnOnce() -> T) -> (Span, T) {
    let running = Running::new(span);
    let value = code();
    (if running.0.is_enabled() { leave(running) } else { Span::disabled() }, value)
}

#[cold]
#[inline(never)]
fn leave(running: Running) -> Span {
    running.into_span()
}

/// Ends an operation as it was judged; that of which nothing is said did what was asked.
pub fn end(span: Span, judged: Option<Judged<'_>>, measurements: &[Measurement], fields: &[Field<'_>]) {
    match judged {
        None => span.end_with(Outcome::Success, None, measurements, fields),
        Some(judged) => span.end_with(judged.outcome(), judged.error(), measurements, fields),
    }
}

/// A function that returns something: names `!` where it cannot be written.
pub trait Returns {
    /// What it returns.
    type Output;
}

impl<T> Returns for fn() -> T {
    type Output = T;
}

/// The span of a function whose value says nothing about how it ended: it ends with the scope it is
/// in, and did what was asked unless a panic ends that.
#[derive(Debug)]
pub struct Guard(Running);

impl Guard {
    /// Begins.
    #[inline]
    pub fn new(span: Span) -> Self {
        Self(Running::new(span))
    }
}

impl Drop for Guard {
    #[inline]
    fn drop(&mut self) {
        if self.0.0.is_enabled() {
            self.0.end(succeed_unless_unwinding);
        }
    }
}

fn succeed_unless_unwinding(span: Span) {
    if !span.is_unwinding() {
        span.succeed();
    }
}
