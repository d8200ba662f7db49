use std::ops::Range;

use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::types::ChecksumMode;

use super::body::Download;
use super::client::Bucket;
use super::{attributes, error, meta};
use crate::body::GetBody;
use crate::error::{Error, ErrorKind, Result};
use crate::key::Key;
use crate::operation::{ByteRange, Condition, Fetched, Get, ObjectMeta};

impl Bucket {
    pub(super) async fn fetch(&self, op: Get) -> Result<Fetched> {
        let Get { key, range, condition } = op;
        let request = self
            .client
            .get_object()
            .bucket(&*self.name)
            .key(key.as_str())
            .set_range(range.map(header).transpose()?)
            .set_if_match(condition.match_tag().flatten().map(|tag| tag.to_header()))
            .set_if_none_match(condition.none_match_tag().map(|tag| tag.map_or("*".into(), |tag| tag.to_header())))
            .set_checksum_mode(self.checksums.then_some(ChecksumMode::Enabled));
        let answer = request.send().await.map_err(|error| refused(error::from_sdk(error), range, &condition))?;
        fetched(key, range.is_some(), answer)
    }
}

fn refused(error: Error, range: Option<ByteRange>, condition: &Condition) -> Error {
    match (error.kind(), range) {
        // A get of what is not there is not about its condition.
        (ErrorKind::NotFound, _) => error,
        (ErrorKind::InvalidInput, Some(_)) if error.http_status() == Some(416) => {
            Error::invalid("the byte range lies outside of the object").with_http_status(416)
        }
        _ => error::conditional(error, condition),
    }
}

/// The range as the header has it. What means nothing would be ignored by the store, and so is refused here.
fn header(range: ByteRange) -> Result<String> {
    match range {
        ByteRange::From(start) => Ok(format!("bytes={start}-")),
        ByteRange::FromTo(first, last) if first <= last => {
            // Some servers take no more than signed numbers.
            Ok(format!("bytes={first}-{}", last.min(i64::MAX as u64 - 1).max(first)))
        }
        ByteRange::FromTo(..) => Err(Error::invalid("the end of a byte range must not lie before its start")),
        ByteRange::Suffix(0) => Err(Error::invalid("the byte range lies outside of the object").with_http_status(416)),
        ByteRange::Suffix(len) => Ok(format!("bytes=-{len}")),
    }
}

fn fetched(key: Key, is_part: bool, mut answer: GetObjectOutput) -> Result<Fetched> {
    let len = meta::size(answer.content_length).ok_or_else(error::not_understood)?;
    let (range, size) = match (&answer.content_range, is_part) {
        (Some(told), true) => content_range(told).filter(|(range, _)| range.end - range.start == len),
        (None, false) => Some((0..len, len)),
        // The whole was asked for and a part came, or the other way round.
        _ => None,
    }
    .ok_or_else(error::not_understood)?;
    let checksum = match is_part {
        // What some servers tell then is about the part.
        true => None,
        false => meta::checksum(answer.checksum_crc32_c(), answer.checksum_type()),
    };
    let body = GetBody::from_body(Download::new(std::mem::take(&mut answer.body), len, checksum));
    let mut found = ObjectMeta::new(key, size);
    found.etag = meta::etag(answer.e_tag);
    found.checksum = checksum;
    found.last_modified = meta::time(answer.last_modified);
    found.attributes =
        attributes::from_answer(answer.content_type, answer.cache_control, answer.content_disposition, answer.metadata);
    Ok(Fetched::new(found, range, body))
}

/// `bytes 0-4/10` as a half-open range and the whole size.
fn content_range(text: &str) -> Option<(Range<u64>, u64)> {
    let (range, size) = text.strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let (first, last, size): (u64, u64, u64) = (first.parse().ok()?, last.parse().ok()?, size.parse().ok()?);
    (first <= last && last < size).then_some((first..last + 1, size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_sensible_content_range_is_understood() {
        assert_eq!(content_range("bytes 0-4/10"), Some((0..5, 10)));
        for odd in ["", "bytes */10", "bytes 4-0/10", "bytes 0-10/10", "bytes 0-4/*", "items 0-4/10"] {
            assert_eq!(content_range(odd), None, "{odd}");
        }
    }

    #[test]
    fn a_range_that_means_nothing_is_not_sent() {
        assert_eq!(header(ByteRange::from_to(0, u64::MAX)).expect("sent"), format!("bytes=0-{}", i64::MAX - 1));
        for range in [ByteRange::from_to(4, 3), ByteRange::suffix(0)] {
            assert_eq!(header(range).expect_err("refused").kind(), ErrorKind::InvalidInput, "{range:?}");
        }
    }
}
