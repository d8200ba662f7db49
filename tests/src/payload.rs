//! Content that tells which version it is, and whether it is whole.

use crate::random::Random;

const HEADER: usize = 16;

/// The content of `version`: 16 bytes or more, of which every one follows from version and length.
pub fn of(version: u64, len: usize) -> Vec<u8> {
    let len = len.max(HEADER);
    let mut content = Vec::with_capacity(len + 8);
    content.extend(version.to_le_bytes());
    content.extend((len as u64).to_le_bytes());
    let mut random = Random::new(version);
    while content.len() < len {
        content.extend(random.next_u64().to_le_bytes());
    }
    content.truncate(len);
    content
}

/// The version that this is the content of.
///
/// # Panics
/// If it is torn: not, from the first to the last byte, what [`of`] makes.
pub fn version(content: &[u8]) -> u64 {
    let word = |at: usize| u64::from_le_bytes(content[at..at + 8].try_into().expect("8 bytes"));
    assert!(content.len() >= HEADER, "torn: only {} bytes", content.len());
    let (version, len) = (word(0), word(8));
    assert_eq!(len, content.len() as u64, "torn: the length is not that of version {version}");
    assert!(content == of(version, content.len()), "torn: the bytes are not those of version {version}");
    version
}
