//! What S3 tells of an object, in our terms.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sdk_s3::primitives::DateTime;
use aws_sdk_s3::types::ChecksumType;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::operation::{Checksum, ETag};

/// The tag; one that is weak or malformed cannot be matched, and so is none.
pub(super) fn etag(tag: Option<impl AsRef<str>>) -> Option<ETag> {
    ETag::new(tag?).ok()
}

/// The checksum of the whole content; one made of the checksums of parts is another thing.
pub(super) fn checksum(encoded: Option<&str>, kind: Option<&ChecksumType>) -> Option<Checksum> {
    if kind == Some(&ChecksumType::Composite) {
        return None;
    }
    // The checksum of parts ends in their number, and so is no Base64.
    let bytes: [u8; 4] = STANDARD.decode(encoded?).ok()?.try_into().ok()?;
    Some(Checksum::from_crc32c(u32::from_be_bytes(bytes)))
}

pub(super) fn time(time: Option<DateTime>) -> Option<SystemTime> {
    let time = time?;
    Some(UNIX_EPOCH + Duration::new(u64::try_from(time.secs()).ok()?, time.subsec_nanos()))
}

/// A length, which S3 tells as a signed number.
pub(super) fn size(len: Option<i64>) -> Option<u64> {
    u64::try_from(len?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checksum_of_parts_is_not_taken_for_one_of_the_content() {
        let whole = Checksum::of(b"hello");
        assert_eq!(whole.to_base64(), "mnG7TA==");
        assert_eq!(checksum(Some("mnG7TA=="), None), Some(whole));
        assert_eq!(checksum(Some("mnG7TA=="), Some(&ChecksumType::FullObject)), Some(whole));
        for (text, kind) in
            [("mnG7TA==-2", None), ("mnG7TA==", Some(&ChecksumType::Composite)), ("", None), ("AAA=", None)]
        {
            assert_eq!(checksum(Some(text), kind), None, "{text}");
        }
    }

    #[test]
    fn nonsense_is_nothing() {
        assert_eq!(size(Some(-1)), None);
        assert_eq!(time(Some(DateTime::from_secs(-1))), None);
        assert_eq!(etag(Some("W/\"weak\"")), None);
    }
}
