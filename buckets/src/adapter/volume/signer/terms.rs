use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::operation::{Constraints, SignedMethod};

/// Everything a signature covers.
pub(super) struct Terms<'a> {
    pub(super) alias: &'a str,
    pub(super) method: SignedMethod,
    pub(super) key: &'a str,
    /// Seconds of Unix time.
    pub(super) expires: u64,
    pub(super) constraints: &'a Constraints,
}

impl Terms<'_> {
    /// Feeds the terms to `mac`, each with its length in front, so that no two terms run together.
    pub(super) fn feed(&self, mac: &mut Hmac<Sha256>) {
        let mut field = |value: &str| {
            mac.update(&(value.len() as u64).to_be_bytes());
            mac.update(value.as_bytes());
        };
        field("1");
        field(self.method.as_str());
        field(self.alias);
        field(self.key);
        field(&self.expires.to_string());
        for (name, value) in constraints(self.constraints) {
            field(name);
            field(&value);
        }
    }
}

/// The constraints that are set, by the name they have in a link, in the order of names.
pub(super) fn constraints(constraints: &Constraints) -> impl Iterator<Item = (&'static str, String)> {
    let Constraints { content_type, size, max_size, checksum, content_disposition } = constraints;
    [
        content_type.clone().map(|value| (super::query::CONTENT_TYPE, value)),
        checksum.map(|value| (super::query::CRC32C, format!("{:08x}", value.crc32c()))),
        content_disposition.clone().map(|value| (super::query::DISPOSITION, value)),
        max_size.map(|value| (super::query::MAX_SIZE, value.to_string())),
        size.map(|value| (super::query::SIZE, value.to_string())),
    ]
    .into_iter()
    .flatten()
}
