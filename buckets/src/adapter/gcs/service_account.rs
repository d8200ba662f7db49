use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqsign_core::jwt;
use serde::{Deserialize, Serialize};

use crate::bridge::Foreign;
use crate::error::{Error, Result};
use crate::secret::Secret;

/// What a token is good for: content and metadata of objects, not who may do what.
const SCOPE: &str = "https://www.googleapis.com/auth/devstorage.read_write";
/// How long an assertion is good for, which is the most that Google takes.
const LIFE: Duration = Duration::from_secs(3600);

/// A key of a service account.
#[derive(Clone, Deserialize)]
pub(super) struct ServiceAccount {
    #[serde(rename = "type")]
    kind: String,
    pub(super) client_email: String,
    pub(super) private_key: Secret,
    private_key_id: Option<String>,
    #[serde(default = "google")]
    pub(super) token_uri: String,
}

fn google() -> String {
    "https://oauth2.googleapis.com/token".to_owned()
}

#[derive(Serialize)]
struct Header<'a> {
    alg: &'a str,
    typ: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<&'a str>,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    scope: &'a str,
    aud: &'a str,
    iat: u64,
    exp: u64,
}

impl ServiceAccount {
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for what is no key of a service account, which the error does
    /// not show.
    pub(super) fn parse(json: &Secret) -> Result<Self> {
        let account: Self = serde_json::from_str(json.expose()).map_err(|error| {
            Error::invalid("that is no JSON of a service account's key").with_source(Foreign::new(error))
        })?;
        if account.kind != "service_account" {
            return Err(Error::invalid("that JSON is not of a service account; for others, get tokens yourself"));
        }
        // Or the first use would be the first to tell.
        account.assertion(UNIX_EPOCH)?;
        Ok(account)
    }

    /// What a token is given for (RFC 7523, section 2.1).
    pub(super) fn assertion(&self, now: SystemTime) -> Result<String> {
        let now = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        let header = Header { alg: "RS256", typ: "JWT", kid: self.private_key_id.as_deref() };
        let claims = Claims {
            iss: &self.client_email,
            scope: SCOPE,
            aud: &self.token_uri,
            iat: now.as_secs(),
            exp: (now + LIFE).as_secs(),
        };
        jwt::encode_rs256_pem(&header, &claims, self.private_key.expose().as_bytes()).map_err(|error| {
            Error::invalid("the service account's private key is none").with_source(Foreign::new(error))
        })
    }
}

impl fmt::Debug for ServiceAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServiceAccount(…)")
    }
}
