use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use object_store::CredentialProvider;
use object_store::azure::AzureCredential;

use crate::adapter::token::{Login, Token, Tokens, ask};
use crate::error::Result;
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

impl Login for ClientLogin {
    async fn token(&self) -> Result<Token> {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", &self.client),
            ("client_secret", self.secret.expose()),
            ("scope", SCOPE),
        ];
        ask(self.http.post(&self.url).form(&form)).await
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
