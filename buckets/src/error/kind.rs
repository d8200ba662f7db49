/// Why an operation failed: a closed vocabulary shared by every adapter, layer, metric label and alert.
///
/// The list may grow, so matches need a wildcard arm. [`as_str`](Self::as_str) gives the stable
/// `snake_case` name that metrics and logs use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The object does not exist.
    NotFound,
    /// The object exists and the caller asked for it not to, or another thing stands in its place.
    AlreadyExists,
    /// A condition the caller set (`if_match`, `if_none_match`) does not hold.
    PreconditionFailed,
    /// The request itself is wrong: a bad key, range, option or configuration.
    InvalidInput,
    /// The adapter cannot do this operation or option.
    Unsupported,
    /// No valid credentials or signature came with the request.
    Unauthenticated,
    /// The credentials are known and do not allow the operation.
    PermissionDenied,
    /// The store asks for fewer requests.
    Throttled,
    /// The account, disk or quota is full.
    QuotaExceeded,
    /// The content is larger than a limit allows.
    TooLarge,
    /// A deadline passed.
    Timeout,
    /// No connection could be made.
    Connect,
    /// The connection could not be secured.
    Tls,
    /// A body broke off, or did not have its declared length.
    Interrupted,
    /// The store cannot answer at the moment (a 5xx).
    Unavailable,
    /// The content does not match its checksum.
    ChecksumMismatch,
    /// The store's answer made no sense.
    Protocol,
    /// The local disk failed.
    Io,
    /// Refused here, before the store was asked: load shed, open circuit, rate limit.
    Overloaded,
    /// The caller went away before the end.
    Cancelled,
    /// The code panicked; only ever seen in telemetry.
    Panic,
    /// None of the others.
    Other,
}

impl ErrorKind {
    /// Every kind, in declaration order.
    pub const ALL: &'static [Self] = &[
        Self::NotFound,
        Self::AlreadyExists,
        Self::PreconditionFailed,
        Self::InvalidInput,
        Self::Unsupported,
        Self::Unauthenticated,
        Self::PermissionDenied,
        Self::Throttled,
        Self::QuotaExceeded,
        Self::TooLarge,
        Self::Timeout,
        Self::Connect,
        Self::Tls,
        Self::Interrupted,
        Self::Unavailable,
        Self::ChecksumMismatch,
        Self::Protocol,
        Self::Io,
        Self::Overloaded,
        Self::Cancelled,
        Self::Panic,
        Self::Other,
    ];

    /// The stable name: a metric label value, a log field, a Sentry tag.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::AlreadyExists => "already_exists",
            Self::PreconditionFailed => "precondition_failed",
            Self::InvalidInput => "invalid_input",
            Self::Unsupported => "unsupported",
            Self::Unauthenticated => "unauthenticated",
            Self::PermissionDenied => "permission_denied",
            Self::Throttled => "throttled",
            Self::QuotaExceeded => "quota_exceeded",
            Self::TooLarge => "too_large",
            Self::Timeout => "timeout",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Interrupted => "interrupted",
            Self::Unavailable => "unavailable",
            Self::ChecksumMismatch => "checksum_mismatch",
            Self::Protocol => "protocol",
            Self::Io => "io",
            Self::Overloaded => "overloaded",
            Self::Cancelled => "cancelled",
            Self::Panic => "panic",
            Self::Other => "other",
        }
    }

    /// The kind of any error: that of the first [`Error`](super::Error) among it and its sources;
    /// [`Timeout`](Self::Timeout) for [`Elapsed`](super::Elapsed) and tower's `timeout`, and [`Overloaded`](Self::Overloaded) for its
    /// `load_shed`; else [`Other`](Self::Other).
    ///
    /// ```
    /// use buckets::{BoxError, Error, ErrorKind};
    ///
    /// let boxed: BoxError = Error::not_found().into();
    /// assert_eq!(ErrorKind::of(&*boxed), ErrorKind::NotFound);
    /// ```
    pub fn of(error: &(dyn std::error::Error + 'static)) -> Self {
        super::chain(error)
            .find_map(|link| match link.downcast_ref::<super::Error>() {
                Some(ours) => Some(ours.kind()),
                None if link.is::<super::Elapsed>() => Some(Self::Timeout),
                None if link.is::<tower::timeout::error::Elapsed>() => Some(Self::Timeout),
                None if link.is::<tower::load_shed::error::Overloaded>() => Some(Self::Overloaded),
                None => None,
            })
            .unwrap_or(Self::Other)
    }

    /// Whether an unchanged request may succeed later; the default of
    /// [`Error::is_retryable`](super::Error::is_retryable).
    pub const fn is_transient(self) -> bool {
        matches!(
            self,
            Self::Throttled
                | Self::Timeout
                | Self::Connect
                | Self::Interrupted
                | Self::Unavailable
                | Self::ChecksumMismatch
                | Self::Overloaded
        )
    }

    /// The position in [`ALL`](Self::ALL), for tables indexed by kind.
    pub const fn index(self) -> usize {
        self as usize
    }
}

impl std::fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::ErrorKind;

    #[test]
    fn all_is_complete_ordered_and_uniquely_named() {
        for (position, kind) in ErrorKind::ALL.iter().enumerate() {
            assert_eq!(kind.index(), position);
        }
        let mut names: Vec<_> = ErrorKind::ALL.iter().map(|kind| kind.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ErrorKind::ALL.len());
        assert_eq!(ErrorKind::Other.index() + 1, ErrorKind::ALL.len());
    }
}
