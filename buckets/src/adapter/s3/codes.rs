//! What the service's error codes mean here.

use crate::error::ErrorKind;

/// Codes of S3 and of what speaks its protocol, and their kinds.
///
/// From Amazon's list of error responses, and from what other servers were seen to answer.
const CODES: &[(&str, ErrorKind)] = &[
    ("AccessControlListNotSupported", ErrorKind::Unsupported),
    ("AccessDenied", ErrorKind::PermissionDenied),
    ("AccountProblem", ErrorKind::PermissionDenied),
    ("AllAccessDisabled", ErrorKind::PermissionDenied),
    ("AuthorizationHeaderMalformed", ErrorKind::InvalidInput),
    ("AuthorizationQueryParametersError", ErrorKind::InvalidInput),
    ("BadDigest", ErrorKind::ChecksumMismatch),
    ("BandwidthLimitExceeded", ErrorKind::Throttled),
    ("BucketAlreadyExists", ErrorKind::AlreadyExists),
    ("BucketAlreadyOwnedByYou", ErrorKind::AlreadyExists),
    // Another conditional write was under way: the condition was not judged, so the request may be sent again.
    ("ConditionalRequestConflict", ErrorKind::Unavailable),
    ("ContentSHA256Mismatch", ErrorKind::ChecksumMismatch),
    ("EntityTooLarge", ErrorKind::TooLarge),
    ("EntityTooSmall", ErrorKind::InvalidInput),
    ("ExpiredToken", ErrorKind::Unauthenticated),
    ("IllegalLocationConstraintException", ErrorKind::InvalidInput),
    ("IncompleteBody", ErrorKind::Interrupted),
    ("InternalError", ErrorKind::Unavailable),
    ("InvalidAccessKeyId", ErrorKind::Unauthenticated),
    ("InvalidArgument", ErrorKind::InvalidInput),
    ("InvalidBucketName", ErrorKind::InvalidInput),
    ("InvalidBucketState", ErrorKind::InvalidInput),
    ("InvalidDigest", ErrorKind::ChecksumMismatch),
    ("InvalidObjectState", ErrorKind::PermissionDenied),
    ("InvalidPart", ErrorKind::Protocol),
    ("InvalidPartOrder", ErrorKind::Protocol),
    ("InvalidRange", ErrorKind::InvalidInput),
    ("InvalidRegionName", ErrorKind::InvalidInput),
    ("InvalidRequest", ErrorKind::InvalidInput),
    ("InvalidSecurity", ErrorKind::Unauthenticated),
    ("InvalidStorageClass", ErrorKind::InvalidInput),
    ("InvalidToken", ErrorKind::Unauthenticated),
    ("InvalidURI", ErrorKind::InvalidInput),
    ("KeyTooLongError", ErrorKind::InvalidInput),
    ("MaxMessageLengthExceeded", ErrorKind::TooLarge),
    ("MetadataTooLarge", ErrorKind::InvalidInput),
    ("MethodNotAllowed", ErrorKind::Unsupported),
    ("MissingContentLength", ErrorKind::InvalidInput),
    ("NoSuchBucket", ErrorKind::InvalidInput),
    ("NoSuchKey", ErrorKind::NotFound),
    ("NoSuchUpload", ErrorKind::NotFound),
    ("NoSuchVersion", ErrorKind::NotFound),
    ("NotFound", ErrorKind::NotFound),
    ("NotImplemented", ErrorKind::Unsupported),
    ("NotSignedUp", ErrorKind::Unauthenticated),
    ("OperationAborted", ErrorKind::Unavailable),
    ("PermanentRedirect", ErrorKind::InvalidInput),
    ("PreconditionFailed", ErrorKind::PreconditionFailed),
    ("QuotaExceeded", ErrorKind::QuotaExceeded),
    ("Redirect", ErrorKind::InvalidInput),
    ("RequestExpired", ErrorKind::Unauthenticated),
    ("RequestLimitExceeded", ErrorKind::Throttled),
    ("RequestTimeTooSkewed", ErrorKind::Unauthenticated),
    ("RequestTimeout", ErrorKind::Timeout),
    ("RequestTimeoutException", ErrorKind::Timeout),
    ("ServiceUnavailable", ErrorKind::Unavailable),
    ("SignatureDoesNotMatch", ErrorKind::Unauthenticated),
    ("SlowDown", ErrorKind::Throttled),
    ("SlowDownRead", ErrorKind::Throttled),
    ("SlowDownWrite", ErrorKind::Throttled),
    ("StorageFull", ErrorKind::QuotaExceeded),
    ("TemporaryRedirect", ErrorKind::Unavailable),
    ("Throttling", ErrorKind::Throttled),
    ("ThrottlingException", ErrorKind::Throttled),
    ("TokenRefreshRequired", ErrorKind::Unauthenticated),
    ("TooManyParts", ErrorKind::TooLarge),
    ("TooManyRequests", ErrorKind::Throttled),
    ("Unauthorized", ErrorKind::Unauthenticated),
    ("XAmzContentChecksumMismatch", ErrorKind::ChecksumMismatch),
    ("XAmzContentSHA256Mismatch", ErrorKind::ChecksumMismatch),
    ("XMinioStorageFull", ErrorKind::QuotaExceeded),
];

/// The kind of an answer with this code, or, where the code is unknown or missing, this status.
pub(super) fn kind(code: Option<&str>, status: u16) -> ErrorKind {
    let known = code.and_then(|code| CODES.binary_search_by_key(&code, |(name, _)| name).ok());
    known.map_or_else(|| by_status(status), |position| CODES[position].1)
}

const fn by_status(status: u16) -> ErrorKind {
    match status {
        304 | 412 => ErrorKind::PreconditionFailed,
        401 => ErrorKind::Unauthenticated,
        403 => ErrorKind::PermissionDenied,
        404 | 410 => ErrorKind::NotFound,
        405 | 501 => ErrorKind::Unsupported,
        408 => ErrorKind::Timeout,
        409 => ErrorKind::Unavailable,
        413 => ErrorKind::TooLarge,
        429 => ErrorKind::Throttled,
        507 => ErrorKind::QuotaExceeded,
        500..=599 => ErrorKind::Unavailable,
        300..=499 => ErrorKind::InvalidInput,
        _ => ErrorKind::Protocol,
    }
}

/// What to tell of an answer of this kind, and what to do about it.
pub(super) const fn sentence(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::NotFound => "the object does not exist",
        ErrorKind::AlreadyExists => "an object of this key exists already",
        ErrorKind::PreconditionFailed => "the object is not one that the condition allows",
        ErrorKind::InvalidInput => "the store refuses the request; check bucket, region and endpoint",
        ErrorKind::Unsupported => "the store does not have this operation or option",
        ErrorKind::Unauthenticated => "the store does not know the credentials, or the clock here is wrong",
        ErrorKind::PermissionDenied => "the credentials do not allow this",
        ErrorKind::Throttled => "the store asks for fewer requests",
        ErrorKind::QuotaExceeded => "the store or its quota is full",
        ErrorKind::TooLarge => "the content is larger than the store takes",
        ErrorKind::Timeout => "the store waited too long for the request",
        ErrorKind::Interrupted => "the store did not get the whole content",
        ErrorKind::Unavailable => "the store cannot answer at the moment",
        ErrorKind::ChecksumMismatch => "the store got another content than was sent",
        _ => "the store's answer made no sense",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_can_be_searched() {
        assert!(CODES.is_sorted_by(|one, two| one.0 < two.0), "it must be sorted and have each code once");
        for (code, expected) in CODES {
            assert_eq!(kind(Some(code), 500), *expected, "{code}");
        }
    }

    #[test]
    fn a_code_nobody_knows_is_judged_by_its_status() {
        for (status, expected) in [
            (304, ErrorKind::PreconditionFailed),
            (403, ErrorKind::PermissionDenied),
            (404, ErrorKind::NotFound),
            (418, ErrorKind::InvalidInput),
            (429, ErrorKind::Throttled),
            (500, ErrorKind::Unavailable),
            (501, ErrorKind::Unsupported),
            (503, ErrorKind::Unavailable),
            (200, ErrorKind::Protocol),
        ] {
            assert_eq!(kind(Some("NeverHeardOf"), status), expected, "{status}");
            assert_eq!(kind(None, status), expected, "{status}");
        }
    }

    #[test]
    fn what_may_succeed_later_is_told_from_what_will_not() {
        for code in ["SlowDown", "InternalError", "RequestTimeout", "ConditionalRequestConflict"] {
            assert!(kind(Some(code), 400).is_transient(), "{code}");
        }
        for code in ["AccessDenied", "NoSuchBucket", "RequestTimeTooSkewed", "PreconditionFailed"] {
            assert!(!kind(Some(code), 503).is_transient(), "{code}");
        }
    }
}
