//! Links to objects of a volume that whoever has them may use for a while.

mod grant;
mod key;
mod query;
mod refusal;
mod terms;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hmac::Mac;

pub use self::grant::Grant;
pub use self::key::SigningKey;
use self::query::Query;
use self::refusal::Refusal;
use self::terms::Terms;
use crate::error::{Error, Result};
use crate::key::Key;
use crate::operation::{Sign, SignedMethod, SignedUrl};
use crate::telemetry::{Clock, SystemClock};

/// Signs links to the objects of a volume, and checks them where they are served.
///
/// A link is `{base_url}/__buckets__/{alias}/{key}?…`. Its signature (HMAC-SHA256) covers alias,
/// key, method, time of expiry and constraints; a link that differs from what was signed in a
/// single letter is refused, and so is one written in another way.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use buckets::adapter::volume::{Signer, SigningKey};
/// use buckets::operation::{Sign, SignedMethod};
/// use buckets::{Key, Secret};
///
/// let secret = Secret::new("32 bytes or more of a random generator");
/// let signer = Signer::new("https://files.example", "uploads", SigningKey::new(&secret)?)?;
/// let link = signer.sign(&Sign::new(Key::new("a.pdf")?, SignedMethod::Get, Duration::from_secs(60))?)?;
/// let (path, query) = link.expose()["https://files.example".len()..].split_once('?').expect("a query");
/// let grant = signer.verify("GET", path, Some(query), SystemTime::now())?;
/// assert_eq!(grant.key.as_str(), "a.pdf");
/// assert!(signer.verify("PUT", path, Some(query), SystemTime::now()).is_err());
/// # Ok::<(), buckets::Error>(())
/// ```
#[derive(Clone)]
pub struct Signer {
    base_url: String,
    /// The path of the base URL, without the `/` at its end.
    base_path: String,
    alias: String,
    path_prefix: String,
    key: SigningKey,
    previous: Option<SigningKey>,
    clock: Arc<dyn Clock>,
}

impl Signer {
    /// Signs links that begin with `base_url`, such as `https://files.example` or
    /// `http://127.0.0.1:3000/storage`, and carry `alias`, which tells the volumes of one server
    /// apart and says nothing of where they are.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) unless the base URL is an absolute `http` or
    /// `https` URL without user, query and fragment, and the alias of 1 to 64 letters, digits, `-`, `_` and `.`,
    /// not beginning with `.`.
    pub fn new(base_url: &str, alias: &str, key: SigningKey) -> Result<Self> {
        let base_url = base_url.trim_end_matches('/');
        let base_path = check_base_url(base_url)?;
        check_alias(alias)?;
        Ok(Self {
            base_url: base_url.to_owned(),
            base_path,
            alias: alias.to_owned(),
            path_prefix: format!("/__buckets__/{alias}/"),
            key,
            previous: None,
            clock: Arc::new(SystemClock),
        })
    }

    /// Still takes the links that another key signed, for the time in which keys are changed. New
    /// links are signed with the key given to [`new`](Self::new).
    #[must_use]
    pub fn with_previous_key(mut self, key: SigningKey) -> Self {
        self.previous = Some(key);
        self
    }

    /// Sets the clock from which links expire.
    #[must_use]
    pub fn with_clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// What the paths of the links begin with, behind the path of the base URL: `/__buckets__/{alias}/`.
    pub fn path_prefix(&self) -> &str {
        &self.path_prefix
    }

    /// Makes a link. It is good through the last second of its life.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) if it is to expire in less than a second or more than 7 days,
    /// if a constraint is no header value, or is one of the other method's.
    pub fn sign(&self, op: &Sign) -> Result<SignedUrl> {
        op.constraints.check(op.method)?;
        if op.method == SignedMethod::Post {
            return Err(Error::unsupported("forms (a signed `PUT` has all that they have)"));
        }
        if !(Duration::from_secs(1)..=Sign::MAX_EXPIRES_IN).contains(&op.expires_in) {
            return Err(Error::invalid("a signed link must expire in 1 second to 7 days"));
        }
        let now = unix_seconds(self.clock.system_time())
            .ok_or_else(|| Error::invalid("the clock is wrong: it shows a time before 1970"))?;
        let expires = now + op.whole_seconds().as_secs();
        let terms = Terms {
            alias: &self.alias,
            method: op.method,
            key: op.key.as_str(),
            expires,
            constraints: &op.constraints,
        };
        let mut mac = self.key.mac();
        terms.feed(&mut mac);
        let query = Query {
            key_id: self.key.id().to_owned(),
            expires,
            constraints: op.constraints.clone(),
            signature: mac.finalize().into_bytes().to_vec(),
        };
        let url = format!("{}{}{}?{}", self.base_url, self.path_prefix, op.key.in_url(), query.encode());
        let link = SignedUrl::new(url, op.method, UNIX_EPOCH + Duration::from_secs(expires));
        let sent = op.constraints.content_type.clone().filter(|_| op.method == SignedMethod::Put);
        Ok(link.with_headers(sent.map(|content_type| ("content-type".to_owned(), content_type))))
    }

    /// Checks a request: its method, its path and query as they were sent, not decoded. The path may
    /// be the whole one or begin behind the path of the base URL, as in a nested router.
    ///
    /// # Errors
    /// [`PermissionDenied`](crate::ErrorKind::PermissionDenied), always with the same message; only the
    /// [`source`](std::error::Error::source) says why, and is not for the client.
    pub fn verify(&self, method: &str, path: &str, query: Option<&str>, now: SystemTime) -> Result<Grant> {
        let method = match method {
            "GET" | "HEAD" => SignedMethod::Get,
            "PUT" => SignedMethod::Put,
            _ => return Err(Refusal::Method.into()),
        };
        let key = self.key_in(path).ok_or(Refusal::Path)?;
        let query = query.and_then(Query::parse).ok_or(Refusal::Query)?;
        let terms = Terms {
            alias: &self.alias,
            method,
            key: key.as_str(),
            expires: query.expires,
            constraints: &query.constraints,
        };
        let mut mac = self.signing_key(&query.key_id).ok_or(Refusal::UnknownKey)?.mac();
        terms.feed(&mut mac);
        // Takes the same time wherever the signatures differ.
        mac.verify_slice(&query.signature).map_err(|_| Refusal::Signature)?;
        check_expiry(query.expires, now)?;
        let expires_at = UNIX_EPOCH + Duration::from_secs(query.expires);
        Ok(Grant { key, method, constraints: query.constraints, expires_at })
    }

    fn key_in(&self, path: &str) -> Option<Key> {
        let path = path.strip_prefix(&self.base_path).filter(|rest| rest.starts_with('/')).unwrap_or(path);
        query::from_path(path.strip_prefix(&self.path_prefix)?)
    }

    fn signing_key(&self, id: &str) -> Option<&SigningKey> {
        [Some(&self.key), self.previous.as_ref()].into_iter().flatten().find(|key| key.id() == id)
    }
}

/// Checks a base URL without its last `/`, and gives its path.
fn check_base_url(base_url: &str) -> Result<String> {
    let wrong = || {
        Error::invalid(
            "the base URL of signed links must be an absolute http or https URL without user, query and fragment, \
             such as `https://files.example`",
        )
    };
    let url = crate::base_url::base_url(base_url).ok_or_else(wrong)?;
    Ok(url.path().trim_end_matches('/').to_owned())
}

fn check_alias(alias: &str) -> Result<()> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if alias.is_empty() || alias.len() > 64 || alias.starts_with('.') || !alias.bytes().all(allowed) {
        return Err(Error::invalid(
            "the alias of signed links must be 1 to 64 letters, digits, `-`, `_` and `.`, not beginning with `.`",
        ));
    }
    Ok(())
}

fn check_expiry(expires: u64, now: SystemTime) -> Result<(), Refusal> {
    let left = unix_seconds(now).and_then(|now| expires.checked_sub(now)).ok_or(Refusal::Expired)?;
    if left > Sign::MAX_EXPIRES_IN.as_secs() {
        return Err(Refusal::TooFarAhead);
    }
    Ok(())
}

fn unix_seconds(time: SystemTime) -> Option<u64> {
    time.duration_since(UNIX_EPOCH).ok().map(|since| since.as_secs())
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer")
            .field("base_url", &self.base_url)
            .field("alias", &self.alias)
            .field("key", &self.key)
            .field("previous", &self.previous)
            .finish_non_exhaustive()
    }
}
