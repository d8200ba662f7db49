use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::error::{Error, Result};
use crate::secret::Secret;

/// A key that signs links, derived from a secret for this one purpose.
///
/// It does not hold the secret itself. Links name the key by an id that is derived too and says
/// nothing of the secret, so that links of an old and a new key can be told apart.
#[derive(Clone)]
pub struct SigningKey {
    mac: Hmac<Sha256>,
    id: String,
}

impl SigningKey {
    /// The shortest secret, in bytes.
    pub const MIN_SECRET_LEN: usize = 32;

    /// Derives the key from a secret. Have the secret made by a random generator; every process
    /// that signs or checks the same links needs the same.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) if it is shorter than
    /// [`MIN_SECRET_LEN`](Self::MIN_SECRET_LEN).
    pub fn new(secret: &Secret) -> Result<Self> {
        let secret = secret.expose().as_bytes();
        if secret.len() < Self::MIN_SECRET_LEN {
            return Err(Error::invalid(
                "the secret that signs links must have 32 bytes or more; make one with `openssl rand -hex 32`",
            ));
        }
        let id = derive(secret, b"buckets volume link: key id, version 1")?.finalize().into_bytes();
        let key = derive(secret, b"buckets volume link: signature, version 1")?.finalize().into_bytes();
        Ok(Self { mac: keyed(&key)?, id: URL_SAFE_NO_PAD.encode(&id[..6]) })
    }

    /// What links name the key by.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// A signature to be fed with what is signed.
    pub(super) fn mac(&self) -> Hmac<Sha256> {
        self.mac.clone()
    }
}

fn derive(secret: &[u8], purpose: &[u8]) -> Result<Hmac<Sha256>> {
    Ok(keyed(secret)?.chain_update(purpose))
}

fn keyed(key: &[u8]) -> Result<Hmac<Sha256>> {
    Hmac::new_from_slice(key).map_err(|_| Error::invalid("the secret that signs links has a wrong length"))
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("id", &self.id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    #[test]
    fn a_short_secret_is_refused_and_none_is_shown() {
        let short = SigningKey::new(&Secret::new("x".repeat(31))).expect_err("is short");
        assert_eq!(short.kind(), ErrorKind::InvalidInput);
        let key = SigningKey::new(&Secret::new("canary".repeat(6))).expect("is long enough");
        assert!(!format!("{key:?}").contains("canary"));
    }

    #[test]
    fn keys_differ_as_their_secrets_do() {
        let key = |secret: &str| SigningKey::new(&Secret::new(secret.repeat(32))).expect("is long enough");
        assert_eq!(key("a").id(), key("a").id());
        assert_ne!(key("a").id(), key("b").id());
    }
}
