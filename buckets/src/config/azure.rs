use super::settings::Settings;
use crate::Secret;

/// How a configured container of Azure is reached.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AzureConfig {
    /// The storage account.
    pub account: String,
    /// The container.
    pub container: String,
    /// Who asks.
    pub credentials: AzureCredentialsConfig,
    /// Where to ask; Azure's public cloud unless set.
    pub endpoint: Option<String>,
    /// Where tokens are asked for; Azure's public cloud unless set.
    pub authority: Option<String>,
}

/// Who asks a configured container of Azure.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AzureCredentialsConfig {
    /// Whoever has a key of the account.
    AccountKey(Secret),
    /// Whoever has a shared access signature.
    Sas(Secret),
    /// An application that is registered with Microsoft Entra ID.
    ClientSecret {
        /// Its directory.
        tenant_id: String,
        /// Its own id.
        client_id: String,
        /// A secret of it.
        client_secret: Secret,
    },
}

impl AzureConfig {
    pub(super) const SETTINGS: [&str; 9] = [
        "account",
        "account_key",
        "authority",
        "client_id",
        "client_secret",
        "container",
        "endpoint",
        "sas",
        "tenant_id",
    ];

    /// [`None`] where something is wrong, which is noted in `settings`.
    pub(super) fn read(settings: &mut Settings) -> Option<Self> {
        let account = settings.required("account", "the storage account");
        let container = settings.required("container", "the container to keep files in");
        let credentials = AzureCredentialsConfig::read(settings);
        let endpoint = settings.take("endpoint");
        let authority = settings.take("authority");
        let asks_for_no_token =
            matches!(credentials, Some(AzureCredentialsConfig::AccountKey(_) | AzureCredentialsConfig::Sas(_)));
        if authority.is_some() && asks_for_no_token {
            settings.problem("authority", "it is of no use without `client_secret`: no token is asked for");
        }
        Some(Self { account: account?, container: container?, credentials: credentials?, endpoint, authority })
    }
}

impl AzureCredentialsConfig {
    fn read(settings: &mut Settings) -> Option<Self> {
        let key = settings.take("account_key").map(Secret::new);
        let sas = settings.take("sas").map(Secret::new);
        let client = ["tenant_id", "client_id", "client_secret"].map(|setting| (setting, settings.take(setting)));
        let has_client = client.iter().any(|(_, value)| value.is_some());
        match (key, sas, has_client) {
            (Some(key), None, false) => return Some(Self::AccountKey(key)),
            (None, Some(query), false) => return Some(Self::Sas(query)),
            (None, None, true) => return Self::client(settings, client),
            (None, None, false) => settings.problem(
                "account_key",
                "missing: set it, or `sas`, or `tenant_id`, `client_id` and `client_secret`, to say who asks",
            ),
            _ => settings
                .problem("account_key", "who asks is said twice: set one of `account_key`, `sas` and `client_secret`"),
        }
        None
    }

    fn client(settings: &mut Settings, parts: [(&'static str, Option<String>); 3]) -> Option<Self> {
        for (setting, value) in &parts {
            if value.is_none() {
                settings.problem(setting, "missing: `tenant_id`, `client_id` and `client_secret` go together");
            }
        }
        let [(_, tenant_id), (_, client_id), (_, client_secret)] = parts;
        Some(Self::ClientSecret {
            tenant_id: tenant_id?,
            client_id: client_id?,
            client_secret: Secret::new(client_secret?),
        })
    }
}

#[cfg(feature = "azure")]
impl AzureConfig {
    /// The adapter that it describes. Asks nothing of the store.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for a key or an endpoint that is none.
    pub fn open(&self) -> crate::error::Result<crate::adapter::Azure> {
        use crate::adapter::azure::{Azure, AzureCredentials};

        let credentials = match &self.credentials {
            AzureCredentialsConfig::AccountKey(key) => AzureCredentials::access_key(key.clone()),
            AzureCredentialsConfig::Sas(query) => AzureCredentials::sas(query.clone()),
            AzureCredentialsConfig::ClientSecret { tenant_id, client_id, client_secret } => {
                AzureCredentials::client_secret(tenant_id, client_id, client_secret.clone())
            }
        };
        let mut builder = Azure::builder(&self.account, &self.container).credentials(credentials);
        if let Some(endpoint) = &self.endpoint {
            builder = builder.endpoint(endpoint);
        }
        if let Some(authority) = &self.authority {
            builder = builder.authority(authority);
        }
        builder.build()
    }
}
