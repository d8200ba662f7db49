use std::fmt;

use serde::{Deserialize, Serialize};

/// The CRC-32C (Castagnoli, RFC 3720) of an object's whole content, as every adapter here keeps it.
///
/// It finds accidents, not attacks.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Checksum(u32);

impl Checksum {
    /// Takes a value computed elsewhere.
    pub const fn from_crc32c(value: u32) -> Self {
        Self(value)
    }

    /// The checksum of `content`.
    pub fn of(content: &[u8]) -> Self {
        Self(crc_fast::crc32_iscsi(content))
    }

    /// The checksum of this content followed by other content, which has the checksum `next` and is `len` bytes long.
    ///
    /// ```
    /// use buckets::Checksum;
    ///
    /// assert_eq!(Checksum::of(b"ab").followed_by(Checksum::of(b"c"), 1), Checksum::of(b"abc"));
    /// ```
    #[must_use]
    pub fn followed_by(self, next: Self, len: u64) -> Self {
        let algorithm = crc_fast::CrcAlgorithm::Crc32Iscsi;
        // The crate widens every CRC to 64 bits; a CRC-32 fills the lower half.
        Self(crc_fast::checksum_combine(algorithm, self.0.into(), next.0.into(), len) as u32)
    }

    /// The value in Base64, as S3 and Google write it.
    #[cfg(any(feature = "gcs", feature = "s3"))]
    pub(crate) fn to_base64(self) -> String {
        use base64::Engine;
        base64::engine::general_purpose::STANDARD.encode(self.0.to_be_bytes())
    }

    /// The value.
    pub const fn crc32c(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "crc32c:{:08x}", self.0)
    }
}

impl fmt::Debug for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Computes a [`Checksum`] over content as it passes.
#[derive(Clone)]
pub struct ChecksumHasher(crc_fast::Digest);

impl ChecksumHasher {
    /// Adds the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The checksum of all bytes added so far.
    pub fn finish(&self) -> Checksum {
        // The crate widens every CRC to 64 bits; a CRC-32 fills the lower half.
        Checksum(self.0.finalize() as u32)
    }
}

impl Default for ChecksumHasher {
    fn default() -> Self {
        Self(crc_fast::Digest::new(crc_fast::CrcAlgorithm::Crc32Iscsi))
    }
}

impl fmt::Debug for ChecksumHasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ChecksumHasher").field(&self.finish()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_published_check_value_in_any_chunking() {
        let check = Checksum::from_crc32c(0xe306_9283);
        assert_eq!(Checksum::of(b"123456789"), check);
        let mut hasher = ChecksumHasher::default();
        hasher.update(b"1234");
        hasher.update(b"");
        hasher.update(b"56789");
        assert_eq!(hasher.finish(), check);
    }
}
