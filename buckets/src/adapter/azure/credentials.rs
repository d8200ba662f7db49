use crate::secret::Secret;

/// Who asks Azure. `Debug` shows no secret.
#[derive(Clone, Debug)]
pub struct AzureCredentials(pub(super) Kind);

#[derive(Clone, Debug)]
pub(super) enum Kind {
    AccessKey(Secret),
    Sas(Secret),
    Client { tenant: String, client: String, secret: Secret },
}

impl AzureCredentials {
    /// A key of the storage account, as the portal shows it. Only with one are links signed offline, and for every key.
    pub fn access_key(key: Secret) -> Self {
        Self(Kind::AccessKey(key))
    }

    /// A shared access signature: the query of such a URL. It signs no links.
    pub fn sas(query: Secret) -> Self {
        Self(Kind::Sas(query))
    }

    /// An application registered with Microsoft Entra ID: its directory (tenant), its own id, and a secret of it. Its tokens are
    /// fetched and refreshed with the events `buckets.auth.token.fetch` and `buckets.auth.token.refresh`.
    pub fn client_secret(tenant: impl Into<String>, client: impl Into<String>, secret: Secret) -> Self {
        Self(Kind::Client { tenant: tenant.into(), client: client.into(), secret })
    }
}
