use std::fmt;

use crate::Secret;

/// Who asks: an access key and its secret, and a token where they are temporary.
///
/// `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Credentials {
    pub(super) access_key_id: String,
    pub(super) secret_access_key: Secret,
    pub(super) session_token: Option<Secret>,
}

impl Credentials {
    /// Takes an access key's id and its secret.
    pub fn new(access_key_id: impl Into<String>, secret_access_key: Secret) -> Self {
        Self { access_key_id: access_key_id.into(), secret_access_key, session_token: None }
    }

    /// Adds the token that goes with temporary credentials.
    #[must_use]
    pub fn with_session_token(mut self, token: Secret) -> Self {
        self.session_token = Some(token);
        self
    }

    pub(super) fn to_sdk(&self) -> aws_sdk_s3::config::Credentials {
        let builder = aws_sdk_s3::config::Credentials::builder()
            .access_key_id(&self.access_key_id)
            .secret_access_key(self.secret_access_key.expose())
            .provider_name("buckets");
        match &self.session_token {
            Some(token) => builder.session_token(token.expose()).build(),
            None => builder.build(),
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(…)")
    }
}
