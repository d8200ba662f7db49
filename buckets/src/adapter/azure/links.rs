use std::fmt;
use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, SecondsFormat, Utc};
use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::Sha256;

use crate::error::{Error, Result};
use crate::operation::{Constraints, Sign, SignedMethod, SignedUrl};
use crate::secret::Secret;

/// What stands for itself in a query.
const UNRESERVED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// Says how the text to sign is put together.
const VERSION: &str = "2020-12-06";

/// Signs links (service SAS) with a key of the account, asking nobody.
/// The library below signs the path as it stands in the URL, so that not every key has a link there, and no header of the answer;
/// here each has.
pub(super) struct Links {
    key: Hmac<Sha256>,
    /// Account and container.
    place: String,
    /// Endpoint and container.
    base: String,
}

impl Links {
    pub(super) fn new(key: &Secret, endpoint: &str, account: &str, container: &str) -> Result<Self> {
        let key = STANDARD.decode(key.expose()).map_err(|_| Error::invalid("the key of the account is no base64"))?;
        let key =
            Hmac::new_from_slice(&key).map_err(|_| Error::invalid("the key of the account has a wrong length"))?;
        let base = format!("{}/{container}", endpoint.trim_end_matches('/'));
        Ok(Self { key, place: format!("{account}/{container}"), base })
    }

    pub(super) fn link(&self, op: &Sign) -> Result<SignedUrl> {
        op.constraints.check(op.method)?;
        let permission = match op.method {
            SignedMethod::Get => "r",
            SignedMethod::Put if op.constraints == Constraints::default() => "w",
            SignedMethod::Put => return Err(Error::unsupported("constraints of links that upload")),
            SignedMethod::Post => return Err(Error::unsupported("signed forms")),
        };
        let expires_at = SystemTime::now() + op.whole_seconds();
        let expiry = DateTime::<Utc>::from(expires_at).to_rfc3339_opts(SecondsFormat::Secs, true);
        let disposition = op.constraints.content_disposition.as_deref().unwrap_or_default();
        let content_type = op.constraints.content_type.as_deref().unwrap_or_default();
        let text = [
            permission,
            "", // from now on
            &expiry,
            &format!("/blob/{}/{}", self.place, op.key.as_str()),
            "", // no stored policy
            "", // from any address
            "", // by any protocol
            VERSION,
            "b", // one blob
            "",  // no snapshot of it
            "",  // no encryption scope
            "",  // Cache-Control
            disposition,
            "", // Content-Encoding
            "", // Content-Language
            content_type,
        ];
        let signature = self.key.clone().chain_update(text.join("\n")).finalize().into_bytes();
        let query = [
            ("sv", VERSION),
            ("sr", "b"),
            ("sp", permission),
            ("se", &expiry),
            ("rscd", disposition),
            ("rsct", content_type),
            ("sig", &STANDARD.encode(signature)),
        ];
        let query = query.iter().filter(|(_, value)| !value.is_empty());
        let query: Vec<_> =
            query.map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, &UNRESERVED))).collect();
        let url = format!("{}/{}?{}", self.base, op.key.in_url(), query.join("&"));
        Ok(SignedUrl::new(url, op.method, expires_at))
    }
}

impl fmt::Debug for Links {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Links(…)")
    }
}
