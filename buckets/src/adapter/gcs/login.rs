use crate::adapter::token::{Login, Token, ask};
use crate::error::Result;
use crate::telemetry::Dispatcher;

use super::credentials::Source;
use super::service_account::ServiceAccount;

/// Where tokens for Google Cloud Storage come from.
pub(super) enum GcsLogin {
    /// A service account, by the flow of RFC 7523.
    ServiceAccount { http: reqwest::Client, url: String, account: ServiceAccount, dispatcher: Dispatcher },
    /// The metadata server of where this runs.
    MetadataServer { http: reqwest::Client, url: String },
    /// The application.
    Tokens(Source),
}

impl Login for GcsLogin {
    async fn token(&self) -> Result<Token> {
        match self {
            Self::ServiceAccount { http, url, account, dispatcher } => {
                let assertion = account.assertion(dispatcher.system_time())?;
                let form = [("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", &assertion)];
                ask(http.post(url).form(&form)).await
            }
            // The header says that this is no request that somebody was tricked into.
            Self::MetadataServer { http, url } => ask(http.get(url).header("metadata-flavor", "Google")).await,
            Self::Tokens(source) => {
                let token = source.fetch().await?;
                Ok(Token { secret: token.secret.expose().into(), expires_in: token.expires_in })
            }
        }
    }
}
