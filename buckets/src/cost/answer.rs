use crate::error::ErrorKind;

/// What a provider answered to an attempt, as far as its bill depends on that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// This HTTP status, to somebody it knew or not.
    Status {
        /// The status; of an answer of which only the kind is known, the usual one.
        code: u16,
        /// Whether the request came with valid credentials.
        authenticated: bool,
    },
    /// Nothing that arrived here, and it may have got the request.
    Unanswered,
    /// Nothing, because it got no request.
    Unsent,
}

impl Answer {
    /// A good answer.
    pub const OK: Self = Self::status(200);

    /// Tells it from how an attempt ended: the kind of its error, [`None`] for none, and the HTTP status
    /// where that is known.
    pub const fn of(kind: Option<ErrorKind>, http_status: Option<u16>) -> Self {
        let authenticated = !matches!(kind, Some(ErrorKind::Unauthenticated));
        match (http_status, kind) {
            (Some(code), _) => Self::Status { code, authenticated },
            (None, None) => Self::OK,
            (None, Some(kind)) => Self::of_kind(kind),
        }
    }

    const fn of_kind(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::NotFound => Self::status(404),
            ErrorKind::AlreadyExists | ErrorKind::PreconditionFailed => Self::status(412),
            ErrorKind::Unauthenticated => Self::Status { code: 401, authenticated: false },
            ErrorKind::PermissionDenied => Self::status(403),
            ErrorKind::Throttled | ErrorKind::Unavailable => Self::status(503),
            ErrorKind::QuotaExceeded => Self::status(507),
            ErrorKind::TooLarge => Self::status(413),
            ErrorKind::ChecksumMismatch => Self::status(400),
            // There was an answer, if not one that made sense.
            ErrorKind::Protocol => Self::OK,
            // Refused or broken on this side.
            ErrorKind::InvalidInput
            | ErrorKind::Unsupported
            | ErrorKind::Connect
            | ErrorKind::Tls
            | ErrorKind::Io
            | ErrorKind::Overloaded => Self::Unsent,
            ErrorKind::Timeout
            | ErrorKind::Interrupted
            | ErrorKind::Cancelled
            | ErrorKind::Panic
            | ErrorKind::Other => Self::Unanswered,
        }
    }

    const fn status(code: u16) -> Self {
        Self::Status { code, authenticated: true }
    }
}
