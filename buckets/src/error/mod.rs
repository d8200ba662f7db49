//! One error for every adapter and layer.

mod elapsed;
mod kind;

use std::backtrace::Backtrace;
use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

pub use elapsed::{Elapsed, TimeoutClock};
pub use kind::ErrorKind;

/// Any error, boxed: what generic tower stacks speak.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The result of a storage operation.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a storage operation failed, in the same terms whatever the adapter.
///
/// [`kind`](Self::kind) is what to match on. `Display` is one sentence that says what went wrong
/// and, where something can be done, what to do; it neither repeats its
/// [`source`](std::error::Error::source) nor shows a key, a URL, a secret or content.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    operation: Option<&'static str>,
    message: Cow<'static, str>,
    retryable: bool,
    attempts: u32,
    elapsed: Option<Elapsed>,
    retry_after: Option<Duration>,
    request_id: Option<Box<str>>,
    http_status: Option<u16>,
    source: Option<BoxError>,
    backtrace: Backtrace,
}

impl Error {
    /// An error of `kind`; `message` is a sentence without key, URL, secret or content.
    pub fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        // Answers such as "not found" are ordinary; only faults are worth a captured stack
        // (and that only when RUST_BACKTRACE or RUST_LIB_BACKTRACE asks for it).
        let backtrace = match kind {
            ErrorKind::NotFound
            | ErrorKind::AlreadyExists
            | ErrorKind::PreconditionFailed
            | ErrorKind::InvalidInput
            | ErrorKind::Unsupported
            | ErrorKind::Cancelled => Backtrace::disabled(),
            _ => Backtrace::capture(),
        };
        Self(Box::new(Inner {
            kind,
            operation: None,
            message: message.into(),
            retryable: kind.is_transient(),
            attempts: 0,
            elapsed: None,
            retry_after: None,
            request_id: None,
            http_status: None,
            source: None,
            backtrace,
        }))
    }

    /// The object does not exist.
    pub fn not_found() -> Self {
        Self::new(ErrorKind::NotFound, "the object does not exist")
    }

    /// The adapter has no such operation or option; `what` names it.
    pub fn unsupported(what: &str) -> Self {
        Self::new(ErrorKind::Unsupported, format!("this adapter does not support {what}"))
    }

    /// The request is wrong; `message` says what to send instead.
    pub fn invalid(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::InvalidInput, message)
    }

    /// Turns the error of an arbitrary tower stack into this type.
    ///
    /// An [`Error`] anywhere in the chain keeps its kind, even where another layer has wrapped it
    /// by reference; [`Elapsed`] and tower's `timeout` become [`ErrorKind::Timeout`] and its `load_shed`
    /// [`ErrorKind::Overloaded`]; anything else is [`ErrorKind::Other`] with the original as source.
    pub fn from_boxed(error: BoxError) -> Self {
        let error = match error.downcast::<Self>() {
            Ok(ours) => return *ours,
            Err(foreign) => foreign,
        };
        if let Some(ours) = Self::find(&*error) {
            return ours.restated().with_source(error);
        }
        if let Some(elapsed) = chain(&*error).find_map(|link| link.downcast_ref::<Elapsed>()) {
            return (*elapsed).into();
        }
        let (kind, message) = match ErrorKind::of(&*error) {
            ErrorKind::Timeout => (ErrorKind::Timeout, "the operation took longer than its time limit"),
            ErrorKind::Overloaded => (ErrorKind::Overloaded, "too many operations at once; this one was refused"),
            kind => (kind, "a layer of the stack failed"),
        };
        Self::new(kind, message).with_source(error)
    }

    /// The first [`Error`] of a chain: `error` itself, or one of its sources, be it inside an
    /// [`io::Error`](std::io::Error).
    pub fn find<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a Self> {
        chain(error).find_map(|link| link.downcast_ref())
    }

    /// An error of the local disk, with the kind its cause has here.
    pub fn from_io(source: std::io::Error) -> Self {
        let (kind, message) = Self::describe_io(source.kind());
        Self::new(kind, message).with_source(source)
    }

    /// The kind that an error of the local disk has here.
    pub(crate) fn kind_of_io(kind: std::io::ErrorKind) -> ErrorKind {
        Self::describe_io(kind).0
    }

    fn describe_io(kind: std::io::ErrorKind) -> (ErrorKind, &'static str) {
        use std::io::ErrorKind as Io;
        match kind {
            Io::NotFound => (ErrorKind::NotFound, "the file does not exist"),
            Io::AlreadyExists => (ErrorKind::AlreadyExists, "the file exists already"),
            Io::PermissionDenied | Io::ReadOnlyFilesystem => {
                (ErrorKind::PermissionDenied, "the file system refuses access; check owner and mode")
            }
            Io::StorageFull | Io::QuotaExceeded => {
                (ErrorKind::QuotaExceeded, "the disk or its quota is full; free some space")
            }
            Io::FileTooLarge => (ErrorKind::TooLarge, "the file is larger than the file system or a limit allows"),
            Io::InvalidFilename => (ErrorKind::InvalidInput, "the file system refuses this name"),
            Io::TimedOut => (ErrorKind::Timeout, "the file system did not answer in time"),
            Io::UnexpectedEof => (ErrorKind::Interrupted, "the content broke off"),
            _ => (ErrorKind::Io, "the file system failed"),
        }
    }

    /// Names the operation that failed, unless a name is there already.
    pub fn with_operation(mut self, operation: &'static str) -> Self {
        self.0.operation.get_or_insert(operation);
        self
    }

    /// Sets the underlying cause.
    pub fn with_source(mut self, source: impl Into<BoxError>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Says whether an unchanged request may succeed later, where it differs from the kind's default.
    pub fn with_retryable(mut self, retryable: bool) -> Self {
        self.0.retryable = retryable;
        self
    }

    /// Sets how many attempts were made.
    pub fn with_attempts(mut self, attempts: u32) -> Self {
        self.set_attempts(attempts);
        self
    }

    /// Sets how many attempts were made; 0 for not known.
    pub fn set_attempts(&mut self, attempts: u32) {
        self.0.attempts = attempts;
    }

    /// Sets how long the store asked to wait.
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.0.retry_after = Some(wait);
        self
    }

    /// Sets the store's name for the failed request, for support cases.
    pub fn with_request_id(mut self, id: impl Into<Box<str>>) -> Self {
        self.0.request_id = Some(id.into());
        self
    }

    /// Sets the HTTP status the store answered with.
    pub fn with_http_status(mut self, status: u16) -> Self {
        self.0.http_status = Some(status);
        self
    }

    /// What kind of failure this is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The operation that failed, where known.
    pub fn operation(&self) -> Option<&'static str> {
        self.0.operation
    }

    /// The sentence, without operation and kind.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Whether an unchanged request may succeed later.
    pub fn is_retryable(&self) -> bool {
        self.0.retryable
    }

    /// How many attempts were made; [`None`] where nothing counted them.
    pub fn attempts(&self) -> Option<u32> {
        (self.0.attempts > 0).then_some(self.0.attempts)
    }

    /// How long the store asked to wait before the next attempt.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Which time limit ran out, if one of this library did.
    pub fn elapsed(&self) -> Option<&Elapsed> {
        self.0.elapsed.as_ref()
    }

    /// The store's name for the failed request.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// The HTTP status the store answered with.
    pub fn http_status(&self) -> Option<u16> {
        self.0.http_status
    }

    /// The stack where the error arose; empty unless `RUST_BACKTRACE` asks for one, and for
    /// ordinary answers such as "not found".
    pub fn backtrace(&self) -> &Backtrace {
        &self.0.backtrace
    }

    /// The same facts without source and backtrace.
    pub(crate) fn restated(&self) -> Self {
        let Inner {
            kind,
            operation,
            ref message,
            retryable,
            attempts,
            elapsed,
            retry_after,
            ref request_id,
            http_status,
            ..
        } = *self.0;
        Self(Box::new(Inner {
            kind,
            operation,
            message: message.clone(),
            retryable,
            attempts,
            elapsed,
            retry_after,
            request_id: request_id.clone(),
            http_status,
            source: None,
            backtrace: Backtrace::disabled(),
        }))
    }
}

/// `error` and its sources, outermost first. An `io::Error` skips what it wraps as a source, so
/// that is asked for.
pub(crate) fn chain<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error), |&error| {
        let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        wrapped.map_or_else(|| error.source(), |wrapped| Some(wrapped))
    })
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = self.0.operation {
            write!(f, "{operation}: ")?;
        }
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Error");
        out.field("kind", &self.0.kind);
        if let Some(operation) = self.0.operation {
            out.field("operation", &operation);
        }
        out.field("message", &self.0.message).field("retryable", &self.0.retryable);
        if let Some(attempts) = self.attempts() {
            out.field("attempts", &attempts);
        }
        if let Some(wait) = self.0.retry_after {
            out.field("retry_after", &wait);
        }
        if let Some(id) = &self.0.request_id {
            out.field("request_id", id);
        }
        if let Some(status) = self.0.http_status {
            out.field("http_status", &status);
        }
        if let Some(source) = &self.0.source {
            // The source's own Debug may show anything; its Display is what sources promise to keep clean.
            out.field("source", &format_args!("{source}"));
        }
        out.finish_non_exhaustive()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

impl From<std::io::Error> for Error {
    /// An [`Error`] that travelled inside an `io::Error` comes out as it went in.
    fn from(error: std::io::Error) -> Self {
        match error.downcast::<Self>() {
            Ok(ours) => ours,
            Err(error) => Self::from_io(error),
        }
    }
}

impl From<Error> for std::io::Error {
    fn from(error: Error) -> Self {
        use std::io::ErrorKind as Io;
        let kind = match error.kind() {
            ErrorKind::NotFound => Io::NotFound,
            ErrorKind::AlreadyExists => Io::AlreadyExists,
            ErrorKind::PermissionDenied | ErrorKind::Unauthenticated => Io::PermissionDenied,
            ErrorKind::InvalidInput => Io::InvalidInput,
            ErrorKind::Unsupported => Io::Unsupported,
            ErrorKind::Timeout => Io::TimedOut,
            ErrorKind::Interrupted => Io::UnexpectedEof,
            ErrorKind::QuotaExceeded => Io::StorageFull,
            ErrorKind::TooLarge => Io::FileTooLarge,
            _ => Io::Other,
        };
        Self::new(kind, error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Wrapped(std::sync::Arc<Error>);
    impl fmt::Display for Wrapped {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("wrapped")
        }
    }
    impl std::error::Error for Wrapped {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            Some(&*self.0)
        }
    }

    #[test]
    fn the_kind_survives_boxes_and_wrappers() {
        let direct = Error::from_boxed(Box::new(Error::not_found().with_operation("get")));
        assert_eq!((direct.kind(), direct.operation()), (ErrorKind::NotFound, Some("get")));
        let inner = Error::new(ErrorKind::Throttled, "slow down").with_retry_after(Duration::from_secs(3));
        let outer = Error::from_boxed(Box::new(Wrapped(inner.into())));
        assert_eq!(outer.kind(), ErrorKind::Throttled);
        assert_eq!(outer.retry_after(), Some(Duration::from_secs(3)));
        assert!(std::error::Error::source(&outer).is_some());
        let within_io = std::io::Error::from(Error::new(ErrorKind::TooLarge, "too large"));
        assert_eq!(Error::from_boxed(Box::new(within_io)).kind(), ErrorKind::TooLarge);
        assert_eq!(Error::from_boxed("odd".into()).kind(), ErrorKind::Other);
    }

    #[test]
    fn display_does_not_repeat_the_source() {
        let error = Error::new(ErrorKind::Io, "the disk failed").with_source("cause").with_operation("put");
        assert_eq!(error.to_string(), "put: the disk failed");
        assert_eq!(error.with_operation("get").operation(), Some("put"));
    }

    #[test]
    fn io_errors_carry_ours_through() {
        let io = std::io::Error::from(Error::new(ErrorKind::TooLarge, "too large"));
        assert_eq!(Error::from(io).kind(), ErrorKind::TooLarge);
        let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
        assert_eq!(Error::from(full).kind(), ErrorKind::QuotaExceeded);
    }
}
