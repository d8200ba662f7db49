use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use object_store::azure::MicrosoftAzureBuilder;
use object_store::{ClientOptions, RetryConfig};

use super::credentials::Kind;
use super::links::Links;
use super::login::{ClientLogin, Provider};
use super::{Azure, AzureCredentials};
use crate::adapter::token::{self, Tokens};
use crate::bridge::Foreign;
use crate::bridge::object_store_0_14::ObjectStoreAdapter;
use crate::error::{Error, Result};
use crate::telemetry::{Dispatcher, Scope, Server};

const NAME: &str = "azure";
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long nothing may come. There is no limit of the whole, which would fail what is large.
const READ_TIMEOUT: Duration = Duration::from_secs(60);

/// Settings of an [`Azure`]; made by [`Azure::builder`].
#[must_use = "a builder does nothing until it is built"]
#[derive(Clone)]
pub struct AzureBuilder {
    account: String,
    container: String,
    credentials: Option<AzureCredentials>,
    endpoint: Option<String>,
    authority: String,
    part_size: usize,
    concurrency: usize,
    dispatcher: Dispatcher,
}

impl AzureBuilder {
    pub(super) fn new(account: String, container: String) -> Self {
        Self {
            account,
            container,
            credentials: None,
            endpoint: None,
            authority: "https://login.microsoftonline.com".to_owned(),
            part_size: ObjectStoreAdapter::DEFAULT_PART_SIZE,
            concurrency: ObjectStoreAdapter::DEFAULT_CONCURRENCY,
            dispatcher: Dispatcher::global(),
        }
    }

    /// Sets who asks.
    pub fn credentials(mut self, credentials: AzureCredentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// Sets where to ask, in place of `https://ACCOUNT.blob.core.windows.net`. An emulator has the account in the path:
    /// `http://127.0.0.1:10000/devstoreaccount1`.
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(url.into());
        self
    }

    /// Sets where tokens are asked for, in place of `https://login.microsoftonline.com`: for national clouds.
    pub fn authority(mut self, url: impl Into<String>) -> Self {
        self.authority = url.into();
        self
    }

    /// Sets the size of an upload's blocks, in bytes, at least 1; 8 MiB unless set. Azure takes 50 000 of up to 4000 MiB.
    pub fn part_size(mut self, bytes: usize) -> Self {
        self.part_size = bytes;
        self
    }

    /// Sets how many blocks of one upload are sent at once, at least 1; 4 unless set. Memory grows with it.
    pub fn part_concurrency(mut self, blocks: usize) -> Self {
        self.concurrency = blocks;
        self
    }

    /// Sends events about tokens to `dispatcher` in place of the global one.
    pub fn dispatcher(mut self, dispatcher: Dispatcher) -> Self {
        self.dispatcher = dispatcher;
        self
    }

    /// The adapter. Nothing is asked yet.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) without credentials, and for an endpoint or a key that is none.
    pub fn build(self) -> Result<Azure> {
        let Some(credentials) = &self.credentials else {
            return Err(Error::invalid("Azure needs credentials: an access key, a SAS, or a client secret"));
        };
        let id = self.store_id(credentials);
        let endpoint = self.endpoint.unwrap_or_else(|| format!("https://{}.blob.core.windows.net", self.account));
        let links = match &credentials.0 {
            Kind::AccessKey(key) => Some(Arc::new(Links::new(key, &endpoint, &self.account, &self.container)?)),
            Kind::Sas(_) | Kind::Client { .. } => None,
        };
        let server = Server::of_url(&endpoint);
        let plain = endpoint.starts_with("http://");
        let options = ClientOptions::new()
            .with_allow_http(plain)
            .with_connect_timeout(CONNECT_TIMEOUT)
            .with_timeout_disabled()
            .with_read_timeout(READ_TIMEOUT);
        let retries = RetryConfig { max_retries: 0, ..RetryConfig::default() };
        let builder = MicrosoftAzureBuilder::new()
            .with_account(&self.account)
            .with_container_name(&self.container)
            .with_client_options(options)
            .with_retry(retries)
            .with_endpoint(endpoint);
        let builder = match credentials.0.clone() {
            Kind::AccessKey(key) => builder.with_access_key(key.expose()),
            Kind::Sas(query) => builder.with_config(object_store::azure::AzureConfigKey::SasKey, query.expose()),
            Kind::Client { tenant, client, secret } => {
                let url = format!("{}/{tenant}/oauth2/v2.0/token", self.authority.trim_end_matches('/'));
                let login = ClientLogin { http: token::client()?, url, client, secret };
                let tokens = Tokens::new(login, Scope::new(self.dispatcher, "", NAME));
                builder.with_credentials(Arc::new(Provider(tokens)))
            }
        };
        let store = Arc::new(builder.build().map_err(|error| invalid(Foreign::new(error)))?);
        let mut adapter = ObjectStoreAdapter::new(Arc::clone(&store) as _)
            .with_name(NAME)
            .with_store_id(id)
            .with_pages(Arc::clone(&store) as _)
            .with_part_size(self.part_size)
            .with_concurrency(self.concurrency);
        if !matches!(credentials.0, Kind::Sas(_)) {
            adapter = adapter.with_signer(store);
        }
        Ok(Azure { store: Arc::new(adapter), links, server })
    }

    /// Another one for another account, endpoint or secret, and nothing of the latter in it.
    fn store_id(&self, credentials: &AzureCredentials) -> String {
        let mut hasher = DefaultHasher::new();
        match &credentials.0 {
            Kind::AccessKey(secret) | Kind::Sas(secret) => secret.hash(&mut hasher),
            Kind::Client { tenant, client, secret } => (tenant, client, secret).hash(&mut hasher),
        }
        (&self.endpoint, &self.authority).hash(&mut hasher);
        format!("azure:{}:{}:{:016x}", self.account, self.container, hasher.finish())
    }
}

fn invalid(source: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::invalid("the settings for Azure are not valid: check endpoint and key").with_source(source)
}

impl fmt::Debug for AzureBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AzureBuilder")
            .field("account", &self.account)
            .field("container", &self.container)
            .field("credentials", &self.credentials)
            .finish_non_exhaustive()
    }
}
