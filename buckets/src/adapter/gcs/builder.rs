use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use http::Uri;
use opendal_core::{HttpTransporter, OperationContext, Operator};
use opendal_http_transport_reqwest::ReqwestTransport;
use opendal_service_gcs::Gcs as Service;

use super::credentials::Kind;
use super::links::Links;
use super::login::GcsLogin;
use super::service_account::ServiceAccount;
use super::transport::Transport;
use super::{Gcs, GcsCredentials};
use crate::adapter::token::{self, Tokens};
use crate::bridge::Foreign;
use crate::bridge::opendal_0_59::OperatorAdapter;
use crate::error::{Error, Result};
use crate::telemetry::{Dispatcher, Scope, Server};

const NAME: &str = "gcs";
const ENDPOINT: &str = "https://storage.googleapis.com";
/// Where there is a metadata server, it has this name.
const METADATA_SERVER: &str = "http://metadata.google.internal";
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long nothing may come. There is no limit of the whole, which would fail what is large.
const READ_TIMEOUT: Duration = Duration::from_secs(60);

/// Settings of a [`Gcs`]; made by [`Gcs::builder`].
#[must_use = "a builder does nothing until it is built"]
#[derive(Clone)]
pub struct GcsBuilder {
    bucket: String,
    credentials: Option<GcsCredentials>,
    endpoint: String,
    authority: Option<String>,
    part_size: usize,
    concurrency: usize,
    dispatcher: Dispatcher,
}

impl GcsBuilder {
    pub(super) fn new(bucket: String) -> Self {
        Self {
            bucket,
            credentials: None,
            endpoint: ENDPOINT.to_owned(),
            authority: None,
            part_size: OperatorAdapter::DEFAULT_PART_SIZE,
            concurrency: OperatorAdapter::DEFAULT_CONCURRENCY,
            dispatcher: Dispatcher::global(),
        }
    }

    /// Sets who asks.
    pub fn credentials(mut self, credentials: GcsCredentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// Sets where to ask, in place of `https://storage.googleapis.com`: for emulators and private endpoints.
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = url.into();
        self
    }

    /// Sets where tokens are asked for, in place of what the service account's key says (the whole URL), or of the metadata
    /// server `http://metadata.google.internal`.
    pub fn authority(mut self, url: impl Into<String>) -> Self {
        self.authority = Some(url.into());
        self
    }

    /// Sets the size of an upload's parts, in bytes; 8 MiB unless set. Google takes 10 000 of 5 MiB to 5 GiB. What is
    /// smaller goes in one request.
    pub fn part_size(mut self, bytes: usize) -> Self {
        self.part_size = bytes;
        self
    }

    /// Sets how many parts of one upload are sent at once, at least 1; 4 unless set. Memory grows with it.
    pub fn part_concurrency(mut self, parts: usize) -> Self {
        self.concurrency = parts;
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
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) without credentials, and for a bucket, an endpoint, or a key
    /// of a service account that is none.
    pub fn build(self) -> Result<Gcs> {
        let Some(credentials) = self.credentials.clone() else {
            return Err(Error::invalid(
                "Google Cloud Storage needs credentials: a service account, the metadata server, tokens, or nobody's",
            ));
        };
        if !is_bucket(&self.bucket) {
            return Err(Error::invalid("that is no name of a bucket"));
        }
        let endpoint = self.endpoint.trim_end_matches('/');
        let server = Server::of_url(endpoint);
        let url = endpoint.parse().map(Uri::into_parts).unwrap_or_default();
        let (Some(server), Some(scheme), Some(authority)) = (server, url.scheme, url.authority) else {
            return Err(Error::invalid("the endpoint must be an `http` or `https` URL"));
        };
        let id = self.store_id(&credentials);
        let account = match &credentials.0 {
            Kind::ServiceAccount(json) => Some(ServiceAccount::parse(json)?),
            _ => None,
        };
        let links = account.as_ref().map(|account| Links::new(account, endpoint, &self.bucket));
        let login = self.login(&credentials, account)?;
        let tokens = login.map(|login| Tokens::new(login, Scope::new(self.dispatcher.clone(), "", NAME)));
        let transport = Transport { http: http_client()?, tokens, endpoint: (scheme, authority) };
        // The transport shows who asks, and of nothing else may the service ask where it runs.
        let service = Service::default()
            .bucket(&self.bucket)
            .endpoint(endpoint)
            .skip_signature()
            .disable_config_load()
            .disable_vm_metadata();
        let operator = Operator::new(service).map_err(|error| {
            Error::invalid("the settings for Google Cloud Storage are not valid").with_source(Foreign::new(error))
        })?;
        let context = OperationContext::new().with_http_transport(HttpTransporter::new(transport));
        let adapter = OperatorAdapter::new(operator.with_context(context))
            .with_name(NAME)
            .with_store_id(id)
            .with_ordered_lists()
            .with_version_of_absent("0")
            .with_other_tags_of_parts()
            .with_part_size(self.part_size)
            .with_concurrency(self.concurrency);
        Ok(Gcs { store: Arc::new(adapter), links: links.map(Arc::new), server })
    }

    fn login(&self, credentials: &GcsCredentials, account: Option<ServiceAccount>) -> Result<Option<GcsLogin>> {
        let authority = |usual: &str| self.authority.clone().unwrap_or_else(|| usual.to_owned());
        Ok(match (&credentials.0, account) {
            (Kind::ServiceAccount(_), Some(account)) => Some(GcsLogin::ServiceAccount {
                http: token::client()?,
                url: authority(&account.token_uri),
                account,
                dispatcher: self.dispatcher.clone(),
            }),
            (Kind::MetadataServer, _) => {
                let host = authority(METADATA_SERVER);
                let path = "computeMetadata/v1/instance/service-accounts/default/token";
                let url = format!("{}/{path}", host.trim_end_matches('/'));
                Some(GcsLogin::MetadataServer { http: token::client()?, url })
            }
            (Kind::Tokens(source), _) => Some(GcsLogin::Tokens(source.clone())),
            (Kind::Anonymous | Kind::ServiceAccount(_), _) => None,
        })
    }

    /// Another one for another bucket, endpoint or who asks, and nothing of a secret in it.
    fn store_id(&self, credentials: &GcsCredentials) -> String {
        let mut hasher = DefaultHasher::new();
        std::mem::discriminant(&credentials.0).hash(&mut hasher);
        match &credentials.0 {
            Kind::ServiceAccount(json) => json.hash(&mut hasher),
            Kind::Tokens(source) => source.id().hash(&mut hasher),
            Kind::MetadataServer | Kind::Anonymous => {}
        }
        (&self.endpoint, &self.authority).hash(&mut hasher);
        format!("gcs:{}:{:016x}", self.bucket, hasher.finish())
    }
}

/// Whether it can stand in the path of a URL as it is, as the names that Google gives out can.
fn is_bucket(name: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.".contains(&byte);
    (3..=222).contains(&name.len()) && name.bytes().all(is_allowed) && name.bytes().any(|byte| byte != b'.')
}

fn http_client() -> Result<ReqwestTransport> {
    let client = reqwest::Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(READ_TIMEOUT)
        // What an upload in pieces is answered with looks like one.
        .redirect(reqwest::redirect::Policy::none())
        .build();
    let client = client
        .map_err(|error| Error::invalid("no connections can be made from here").with_source(Foreign::new(error)))?;
    Ok(ReqwestTransport::new(client))
}

impl fmt::Debug for GcsBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GcsBuilder")
            .field("bucket", &self.bucket)
            .field("credentials", &self.credentials)
            .finish_non_exhaustive()
    }
}
