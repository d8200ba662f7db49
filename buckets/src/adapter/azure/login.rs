use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use object_store::CredentialProvider;
use object_store::azure::AzureCredential;
use serde::Deserialize;

use crate::adapter::retry_after;
use crate::adapter::token::{Login, Token, Tokens};
use crate::bridge::Foreign;
use crate::error::{Error, ErrorKind, Result};
use crate::secret::Secret;

/// What a token is good for.
const SCOPE: &str = "https://storage.azure.com/.default";

/// An application at Microsoft Entra ID, by the client credentials flow (RFC 6749, section 4.4).
pub(super) struct ClientLogin {
    pub(super) http: reqwest::Client,
    pub(super) url: String,
    pub(super) client: String,
    pub(super) secret: Secret,
}

#[derive(Deserialize)]
struct Answer {
    access_token: String,
    expires_in: u64,
}

impl Login for ClientLogin {
    async fn token(&self) -> Result<Token> {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", &self.client),
            ("client_secret", self.secret.expose()),
            ("scope", SCOPE),
        ];
        let answer = self.http.post(&self.url).form(&form).send().await.map_err(no_answer)?;
        let status = answer.status();
        if !status.is_success() {
            return Err(refused(status.as_u16(), retry_after(answer.headers(), SystemTime::now())));
        }
        let answer: Answer = answer.json().await.map_err(|error| {
            Error::new(ErrorKind::Protocol, "the answer to the request for a token made no sense")
                .with_source(Foreign::new(error))
        })?;
        Ok(Token { secret: answer.access_token.into(), expires_in: Duration::from_secs(answer.expires_in) })
    }
}

fn no_answer(error: reqwest::Error) -> Error {
    let (kind, message) = match () {
        () if error.is_timeout() => (ErrorKind::Timeout, "the request for a token took too long"),
        () if error.is_connect() => (ErrorKind::Connect, "no connection could be made to ask for a token"),
        () => (ErrorKind::Interrupted, "the request for a token broke off"),
    };
    Error::new(kind, message).with_source(Foreign::new(error))
}

/// An answer other than a token. Its text is not told: it repeats what it was asked.
fn refused(status: u16, wait: Option<Duration>) -> Error {
    let (kind, message) = match status {
        429 => (ErrorKind::Throttled, "fewer tokens are to be asked for"),
        400..=499 => {
            (ErrorKind::Unauthenticated, "no token is given for these credentials; check tenant, id and secret")
        }
        _ => (ErrorKind::Unavailable, "no token is given at the moment"),
    };
    let error = Error::new(kind, message).with_http_status(status);
    match wait {
        Some(wait) => error.with_retry_after(wait),
        None => error,
    }
}

/// The tokens of a login, as the store below asks for them.
pub(super) struct Provider(pub(super) Tokens<ClientLogin>);

#[async_trait]
impl CredentialProvider for Provider {
    type Credential = AzureCredential;

    async fn get_credential(&self) -> object_store::Result<Arc<AzureCredential>> {
        match self.0.get().await {
            Ok(token) => Ok(Arc::new(AzureCredential::BearerToken(token.to_string()))),
            Err(error) => Err(object_store::Error::Generic { store: "azure", source: error.into() }),
        }
    }
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Provider").field(&self.0).finish()
    }
}
