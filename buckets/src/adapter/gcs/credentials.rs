use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crate::error::Result;
use crate::secret::Secret;

/// Who asks Google Cloud Storage. `Debug` shows no secret.
#[derive(Clone, Debug)]
pub struct GcsCredentials(pub(super) Kind);

#[derive(Clone, Debug)]
pub(super) enum Kind {
    ServiceAccount(Secret),
    MetadataServer,
    Tokens(Source),
    Anonymous,
}

impl GcsCredentials {
    /// A service account, by the JSON of a key of it as the console gives it out. Only with one can links be signed. Its
    /// tokens are fetched and refreshed with the events `buckets.auth.token.fetch` and `buckets.auth.token.refresh`.
    pub fn service_account(json: Secret) -> Self {
        Self(Kind::ServiceAccount(json))
    }

    /// The service account that the machine, container or function runs as: its tokens come from Google's metadata
    /// server, with the same events. For everything that runs at Google; no key has to be kept.
    pub fn metadata_server() -> Self {
        Self(Kind::MetadataServer)
    }

    /// Tokens that `fetch` gets, from wherever: it is called when the first one is needed and before the last one
    /// expires, never twice at once, and told of by the same events.
    ///
    /// ```
    /// use std::time::Duration;
    /// use buckets::adapter::gcs::{AccessToken, GcsCredentials};
    /// use buckets::Secret;
    ///
    /// let credentials = GcsCredentials::tokens(|| async {
    ///     Ok(AccessToken::new(Secret::new("from your vault"), Duration::from_secs(3600)))
    /// });
    /// assert!(!format!("{credentials:?}").contains("vault"));
    /// ```
    pub fn tokens<F, A>(fetch: F) -> Self
    where
        F: Fn() -> A + Send + Sync + 'static,
        A: Future<Output = Result<AccessToken>> + Send + 'static,
    {
        Self(Kind::Tokens(Source(Arc::new(move || Box::pin(fetch())))))
    }

    /// Nobody in particular: for public buckets and for emulators.
    pub fn anonymous() -> Self {
        Self(Kind::Anonymous)
    }
}

/// A token of OAuth 2.0 that is good for a while. `Debug` does not show it.
#[derive(Clone, Debug)]
pub struct AccessToken {
    pub(super) secret: Secret,
    pub(super) expires_in: Duration,
}

impl AccessToken {
    /// A token that is good for `expires_in` from now on.
    pub fn new(secret: Secret, expires_in: Duration) -> Self {
        Self { secret, expires_in }
    }
}

type Fetch = dyn Fn() -> Pin<Box<dyn Future<Output = Result<AccessToken>> + Send>> + Send + Sync;

/// What the application gets tokens from.
#[derive(Clone)]
pub(super) struct Source(Arc<Fetch>);

impl Source {
    pub(super) async fn fetch(&self) -> Result<AccessToken> {
        (self.0)().await
    }

    /// Another one for each source that lives.
    pub(super) fn id(&self) -> usize {
        Arc::as_ptr(&self.0).cast::<()>() as usize
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Source(…)")
    }
}
