use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::key::Key;
use crate::operation::{Attributes, Checksum, ETag, ObjectMeta};

/// What is kept of an object beside its content, as JSON in an extended attribute or a sidecar.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Record {
    pub(super) etag: ETag,
    pub(super) checksum: Checksum,
    /// The state of the file that this is the record of.
    pub(super) stamp: Stamp,
    #[serde(default, skip_serializing_if = "Attributes::is_empty")]
    pub(super) attributes: Attributes,
}

impl Record {
    /// The largest record: header values, metadata and what JSON adds to them, with room to spare.
    pub(super) const MAX_LEN: usize = 16 * 1024;

    pub(super) fn encode(&self) -> Result<Vec<u8>> {
        serde_json::to_vec(self).map_err(|error| Error::invalid("the attributes cannot be stored").with_source(error))
    }

    /// The record, if it is one and of the file as it is now. A file that somebody changed, or that
    /// got a stranger's attribute, is a file without a record.
    pub(super) fn decode(bytes: &[u8], stamp: Stamp) -> Option<Self> {
        serde_json::from_slice::<Self>(bytes).ok().filter(|record| record.stamp == stamp)
    }

    /// The object that the file is, at `key`.
    pub(super) fn into_meta(self, key: Key, modified: SystemTime) -> ObjectMeta {
        let mut meta = ObjectMeta::new(key, self.stamp.size);
        meta.etag = Some(self.etag);
        meta.checksum = Some(self.checksum);
        meta.last_modified = Some(modified);
        meta.attributes = self.attributes;
        meta
    }
}

/// Tells whether a file was changed: its size and time of modification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stamp {
    pub(super) size: u64,
    seconds: i64,
    nanos: i64,
}

impl Stamp {
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self { size: metadata.size(), seconds: metadata.mtime(), nanos: metadata.mtime_nsec() }
    }

    /// The object that a file without a record is, at `key`.
    pub(super) fn into_meta(self, key: Key, modified: SystemTime, inode: u64) -> Result<ObjectMeta> {
        let mut meta = ObjectMeta::new(key, self.size);
        meta.etag = Some(ETag::new(format!("{inode:x}-{:x}-{:x}-{:x}", self.size, self.seconds, self.nanos))?);
        meta.last_modified = Some(modified);
        Ok(meta)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_attributes_fit() {
        // Quotation marks are what JSON makes longest of printable characters.
        let header = "\"".repeat(Attributes::MAX_HEADER_LEN - 4);
        let mut attributes = Attributes::new()
            .with_content_type(format!("a/b;{header}"))
            .and_then(|attributes| attributes.with_cache_control(&header))
            .and_then(|attributes| attributes.with_content_disposition(&header))
            .expect("valid");
        // 36 names of one and about 500 of two characters, each with no value.
        let names = |length: usize| {
            let letters = || ('a'..='z').chain('0'..='9');
            letters().flat_map(move |a| {
                let ends: Vec<String> =
                    if length == 1 { vec![String::new()] } else { letters().map(String::from).collect() };
                ends.into_iter().map(move |b| format!("{a}{b}"))
            })
        };
        for name in names(1).chain(names(2)) {
            match attributes.clone().with_metadata(name, "") {
                Ok(more) => attributes = more,
                Err(_) => break,
            }
        }
        let stamp = Stamp { size: u64::MAX, seconds: i64::MIN, nanos: 999_999_999 };
        let etag = ETag::new("x".repeat(256)).expect("valid");
        let record = Record { etag, checksum: Checksum::of(b""), stamp, attributes };
        let encoded = record.encode().expect("encodes");
        assert!(encoded.len() <= Record::MAX_LEN, "{}", encoded.len());
        assert!(Record::decode(&encoded, stamp).is_some());
    }

    #[test]
    fn a_record_of_another_state_is_none() {
        let stamp = Stamp { size: 1, seconds: 2, nanos: 3 };
        let etag = ETag::new("a").expect("valid");
        let record = Record { etag, checksum: Checksum::of(b""), stamp, attributes: Attributes::new() };
        let encoded = record.encode().expect("encodes");
        assert!(Record::decode(&encoded, stamp).is_some());
        for other in [Stamp { size: 2, ..stamp }, Stamp { seconds: 3, ..stamp }, Stamp { nanos: 4, ..stamp }] {
            assert!(Record::decode(&encoded, other).is_none());
        }
        assert!(Record::decode(b"{}", stamp).is_none());
    }
}
