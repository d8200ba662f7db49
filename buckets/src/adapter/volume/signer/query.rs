use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::terms::constraints;
use crate::key::Key;
use crate::operation::{Checksum, Constraints};

pub(super) const KEY_ID: &str = "key_id";
pub(super) const EXPIRES: &str = "expires";
pub(super) const CONTENT_TYPE: &str = "content_type";
pub(super) const CRC32C: &str = "crc32c";
pub(super) const DISPOSITION: &str = "disposition";
pub(super) const MAX_SIZE: &str = "max_size";
pub(super) const SIZE: &str = "size";
pub(super) const SIGNATURE: &str = "signature";

/// All but what RFC 3986 calls unreserved, which nothing on the way has reason to rewrite.
const IN_VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The query of a link.
#[derive(Debug, Default)]
pub(super) struct Query {
    pub(super) key_id: String,
    pub(super) expires: u64,
    pub(super) constraints: Constraints,
    pub(super) signature: Vec<u8>,
}

impl Query {
    pub(super) fn encode(&self) -> String {
        let mut query = format!("{KEY_ID}={}&{EXPIRES}={}", in_value(&self.key_id), self.expires);
        for (name, value) in constraints(&self.constraints) {
            // Writing to a `String` does not fail.
            let _ = write!(query, "&{name}={}", in_value(&value));
        }
        let _ = write!(query, "&{SIGNATURE}={}", URL_SAFE_NO_PAD.encode(&self.signature));
        query
    }

    /// The query, if it is letter for letter one that [`encode`](Self::encode) writes: whatever is
    /// unknown, missing, doubled, out of order or written in another way makes it none.
    pub(super) fn parse(raw: &str) -> Option<Self> {
        let mut query = Self::default();
        for pair in raw.split('&') {
            let (name, value) = pair.split_once('=')?;
            let value = percent_decode_str(value).decode_utf8().ok()?.into_owned();
            match name {
                KEY_ID => query.key_id = value,
                EXPIRES => query.expires = value.parse().ok()?,
                CONTENT_TYPE => query.constraints.content_type = Some(value),
                CRC32C => query.constraints.checksum = Some(checksum_of(&value)?),
                DISPOSITION => query.constraints.content_disposition = Some(value),
                MAX_SIZE => query.constraints.max_size = Some(value.parse().ok()?),
                SIZE => query.constraints.size = Some(value.parse().ok()?),
                SIGNATURE => query.signature = URL_SAFE_NO_PAD.decode(value).ok()?,
                _ => return None,
            }
        }
        (query.encode() == raw).then_some(query)
    }
}

/// The checksum that eight hexadecimal digits write.
fn checksum_of(digits: &str) -> Option<Checksum> {
    u32::from_str_radix(digits, 16).ok().map(Checksum::from_crc32c)
}

/// The key that stands in the path of a link, if it is written as [`in_url`](Key::in_url) does.
pub(super) fn from_path(path: &str) -> Option<Key> {
    let key = Key::new(percent_decode_str(path).decode_utf8().ok()?).ok()?;
    (key.in_url().to_string() == path).then_some(key)
}

fn in_value(value: &str) -> String {
    utf8_percent_encode(value, IN_VALUE).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_one_way_of_writing_is_read() {
        let constraints = Constraints::default()
            .with_content_type("text/plain; q=\"&\"")
            .with_size(7)
            .with_max_size(7)
            .with_checksum(Checksum::of(b"seven b"))
            .with_content_disposition("x");
        let query = Query { key_id: "a-b".into(), expires: 12, constraints, signature: vec![255; 32] };
        let raw = query.encode();
        assert_eq!(Query::parse(&raw).expect("is read").constraints, query.constraints);
        for other in [
            raw.replace("expires=12", "expires=012"),
            raw.replace("expires=12", "expires=+12"),
            raw.replace("expires=12", "expires=12&expires=12"),
            raw.replace("expires=12", "expires=%312"),
            raw.replace("&expires=12", ""),
            raw.replace("%2F", "%2f"),
            raw.replace("%20", "+"),
            raw.replace("max_size=7", "max_size=-7"),
            raw.replace("crc32c=", "crc32c=0"),
            raw.replace("&max", "&&max"),
            format!("{raw}&"),
            format!("{raw}="),
            format!("&{raw}"),
            format!("{raw}&x=y"),
            String::new(),
        ] {
            assert!(Query::parse(&other).is_none(), "{other}");
        }
    }

    #[test]
    fn a_path_has_one_way_too() {
        let key = Key::new("a b/ä%.txt").expect("valid");
        assert_eq!(key.in_url().to_string(), "a%20b/%C3%A4%25.txt");
        assert_eq!(from_path("a%20b/%C3%A4%25.txt"), Some(key));
        for other in ["a b", "%61", "%c3%A4", "a%2Fb", "%", "%FF", "a+b"] {
            assert_eq!(from_path(other), None, "{other}");
        }
    }
}
