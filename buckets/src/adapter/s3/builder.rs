use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{Builder, Region, SharedCredentialsProvider};
use aws_sdk_s3::types::ObjectCannedAcl;

use super::client::{self, Bucket};
use super::multipart::{Limits, Orphans};
use super::{Credentials, Provider, S3};
use crate::adapter::Capabilities;
use crate::base_url::base_url;
use crate::error::{Error, Result};
use crate::telemetry::{Dispatcher, Server};

/// Settings of an [`S3`]; made by [`S3::builder`].
#[must_use = "a builder does nothing until it is built"]
#[derive(Clone)]
pub struct S3Builder {
    bucket: String,
    provider: Provider,
    region: Option<String>,
    endpoint: Option<String>,
    credentials: Option<Credentials>,
    path_style: Option<bool>,
    checksums: Option<bool>,
    conditional_writes: bool,
    ordered_lists: bool,
    public_objects: bool,
    limits: Limits,
    dispatcher: Option<Dispatcher>,
}

impl S3Builder {
    pub(super) fn new(bucket: String) -> Self {
        Self {
            bucket,
            provider: Provider::default(),
            region: None,
            endpoint: None,
            credentials: None,
            path_style: None,
            checksums: None,
            conditional_writes: true,
            ordered_lists: true,
            public_objects: false,
            limits: Limits::default(),
            dispatcher: None,
        }
    }

    /// Sets whose S3 it is, which decides what is not set here. [`Amazon`](Provider::Amazon) unless set.
    pub fn provider(mut self, provider: Provider) -> Self {
        self.provider = provider;
        self
    }

    /// Sets the region, such as `eu-central-1`.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// Sets where to ask: an `http` or `https` URL without user, query and fragment.
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(url.into());
        self
    }

    /// Sets who asks.
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// Sets whether the bucket stands in the path of a URL (`https://host/bucket/key`) or in its host
    /// (`https://bucket.host/key`).
    pub fn path_style(mut self, yes: bool) -> Self {
        self.path_style = Some(yes);
        self
    }

    /// Sets whether uploads carry a CRC-32C for the store to check and keep, and downloads are checked against it. On at
    /// Amazon; elsewhere switch it on once you know that the server has it.
    pub fn checksums(mut self, yes: bool) -> Self {
        self.checksums = Some(yes);
        self
    }

    /// Sets whether the server honours conditions of writes. On unless set: Amazon does, and most others. Off, such writes
    /// are [`Unsupported`](crate::ErrorKind::Unsupported), which is better than a condition that is not looked at.
    pub fn conditional_writes(mut self, yes: bool) -> Self {
        self.conditional_writes = yes;
        self
    }

    /// Sets whether the server lists keys in the order of their bytes. On unless set: S3 does, but for its directory buckets.
    /// It changes nothing but the [capabilities](crate::adapter::Adapter::capabilities).
    pub fn ordered_lists(mut self, yes: bool) -> Self {
        self.ordered_lists = yes;
        self
    }

    /// Sets whether anyone may read what is stored from now on, by whatever way: uploads, copies, links and forms that others
    /// store with. Each such object has the ACL `public-read`. Off unless set: then the bucket decides.
    ///
    /// Amazon's new buckets have ACLs switched off and refuse such an upload as
    /// [`Unsupported`](crate::ErrorKind::Unsupported) (`AccessControlListNotSupported`); Cloudflare R2 has none at all. A
    /// policy of the bucket makes a whole place public everywhere. A copy of an object onto itself changes nothing.
    pub fn public_objects(mut self, yes: bool) -> Self {
        self.public_objects = yes;
        self
    }

    /// Sets the size of parts, in bytes, 5 MiB to 5 GiB; 8 MiB unless set. All parts of an upload but its last have the
    /// same size. Content of a known length that would take over 9000 parts gets larger ones.
    pub fn part_size(mut self, bytes: u64) -> Self {
        self.limits.part_size = bytes;
        self
    }

    /// Sets how many parts of an object are sent at once, at least 1; 4 unless set. Memory grows with it.
    pub fn part_concurrency(mut self, parts: usize) -> Self {
        self.limits.concurrency = parts.max(1);
        self
    }

    /// Sets how many parts of all objects together are sent at once, at least 1; 16 unless set.
    pub fn total_part_concurrency(mut self, parts: usize) -> Self {
        self.limits.set_total(parts);
        self
    }

    /// Sets how often a part is sent before the upload fails, at least 1; 4 unless set.
    pub fn part_attempts(mut self, attempts: u32) -> Self {
        self.limits.attempts = attempts.max(1);
        self
    }

    /// Sets the largest object, in bytes, that is copied with one request; 5 GiB unless set, which is as much as Amazon
    /// takes. Larger ones are copied in parts, by the store too.
    pub fn whole_copy_limit(mut self, bytes: u64) -> Self {
        self.limits.whole_copy = bytes;
        self
    }

    /// Sets who is told of uploads that could not be aborted (`buckets.upload.orphan`); the global dispatcher unless set.
    pub fn dispatcher(mut self, dispatcher: Dispatcher) -> Self {
        self.dispatcher = Some(dispatcher);
        self
    }

    /// Makes the adapter. Nothing is asked of the store yet.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) if something is missing or wrong: bucket, region, endpoint,
    /// credentials, part size, or public objects where there are none.
    pub fn build(self) -> Result<S3> {
        let credentials = self.credentials.as_ref().ok_or_else(|| {
            Error::invalid("credentials are missing: set them, or have them looked for with `build_from_environment` (feature `aws-config`)")
        })?;
        let credentials = SharedCredentialsProvider::new(credentials.to_sdk());
        self.configured(Builder::new(), None, Some(credentials))
    }

    /// Makes the adapter with what Amazon's own tools would use where nothing is set here: region and credentials of the
    /// environment, the profile, the container or the machine. Credentials are renewed before they end.
    ///
    /// # Errors
    /// As [`build`](Self::build), but for missing credentials, which only show when they are needed.
    #[cfg(feature = "aws-config")]
    pub async fn build_from_environment(self) -> Result<S3> {
        let mut loader = aws_config::defaults(aws_sdk_s3::config::BehaviorVersion::v2026_01_12());
        if let Some(region) = &self.region {
            loader = loader.region(Region::new(region.clone()));
        }
        if let Some(credentials) = &self.credentials {
            loader = loader.credentials_provider(credentials.to_sdk());
        }
        let found = loader.load().await;
        let region = found.region().map(|region| region.as_ref().to_owned());
        self.configured(Builder::from(&found), region, found.credentials_provider())
    }

    /// Makes the adapter on a client of yours: its region, endpoint, credentials, HTTP client and interceptors stay.
    /// Its retries, timeouts and checksums are replaced by the adapter's.
    ///
    /// This is the one place where a type of the SDK is part of this crate's API; a new major version of it is
    /// a breaking change for those who use this.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) if the bucket's name or the part size is wrong.
    pub fn build_from_client(self, client: &Client) -> Result<S3> {
        self.finish(client::settings(client.config().to_builder()), None, None, None)
    }

    fn configured(
        self,
        builder: Builder,
        found_region: Option<String>,
        credentials: Option<SharedCredentialsProvider>,
    ) -> Result<S3> {
        let region = self.region.clone().or(found_region).or_else(|| self.provider.default_region().map(str::to_owned));
        let region = region.ok_or_else(|| Error::invalid("the region is missing: Amazon S3 needs one"))?;
        check_region(&region)?;
        let endpoint = match &self.endpoint {
            Some(url) => Some(check_endpoint(url)?),
            None => self.provider.default_endpoint(&region)?,
        };
        let store_id = self.identity(&region, endpoint.as_deref());
        let server = endpoint.as_deref().map_or_else(|| amazons(&region), Server::of_url);
        let path_style = self.path_style.unwrap_or_else(|| self.provider.path_style());
        let mut builder = client::settings(builder).region(Region::new(region)).force_path_style(path_style);
        builder.set_endpoint_url(endpoint).set_credentials_provider(credentials.clone());
        self.finish(builder, credentials, store_id, server)
    }

    fn finish(
        self,
        builder: Builder,
        credentials: Option<SharedCredentialsProvider>,
        store_id: Option<String>,
        server: Option<Server>,
    ) -> Result<S3> {
        check_bucket(&self.bucket)?;
        self.limits.check()?;
        if self.public_objects && self.provider == Provider::CloudflareR2 {
            return Err(Error::invalid("Cloudflare R2 has no public objects: give the bucket a public domain instead"));
        }
        let acl = self.public_objects.then_some(ObjectCannedAcl::PublicRead);
        let checksums = self.checksums.unwrap_or_else(|| self.provider.checksums());
        let client = Client::from_conf(builder.build());
        Ok(S3 {
            bucket: Bucket { client, name: self.bucket.into(), credentials, checksums, acl },
            limits: self.limits,
            orphans: Arc::new(Orphans::new(self.dispatcher.unwrap_or_else(Dispatcher::global))),
            capabilities: Capabilities::all()
                .with_checksums(checksums)
                .with_conditional_put(self.conditional_writes)
                .with_ordered_lists(self.ordered_lists)
                .with_bounded_links(false),
            store_id,
            server,
        })
    }

    /// The store and who asks. Of the secret there is a hash, because who copies on behalf of another
    /// must know it.
    fn identity(&self, region: &str, endpoint: Option<&str>) -> Option<String> {
        let credentials = self.credentials.as_ref()?;
        let mut hasher = DefaultHasher::new();
        (credentials, region, endpoint).hash(&mut hasher);
        Some(format!("s3:{:016x}/{}", hasher.finish(), self.bucket))
    }
}

fn check_bucket(bucket: &str) -> Result<()> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let is_dotted = bucket.starts_with('.') || bucket.contains("..");
    if !(3..=255).contains(&bucket.len()) || !bucket.bytes().all(allowed) || is_dotted {
        return Err(Error::invalid("a bucket's name must be 3 to 255 letters, digits, `-`, `_` and single `.`"));
    }
    Ok(())
}

fn check_region(region: &str) -> Result<()> {
    if region.is_empty()
        || region.len() > 64
        || !region.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    {
        return Err(Error::invalid("a region must be letters, digits and `-`, such as `eu-central-1`"));
    }
    Ok(())
}

/// Amazon's in this region, without the bucket; of its partitions with other domains it is not known here.
fn amazons(region: &str) -> Option<Server> {
    let has_other_domain = ["cn-", "us-iso", "eu-isoe", "eusc-"].iter().any(|partition| region.starts_with(partition));
    (!has_other_domain).then(|| Server::new(format!("s3.{region}.amazonaws.com"), 443))
}

/// The endpoint without the `/` at its end.
fn check_endpoint(endpoint: &str) -> Result<String> {
    let wrong = || Error::invalid("an endpoint must be an http or https URL without user, query and fragment");
    base_url(endpoint).ok_or_else(wrong)?;
    Ok(endpoint.trim_end_matches('/').to_owned())
}

impl fmt::Debug for S3Builder {
    /// Shows neither endpoint nor credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("S3Builder")
            .field("bucket", &self.bucket)
            .field("provider", &self.provider)
            .field("region", &self.region)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Secret;
    use crate::adapter::Adapter;

    fn builder(provider: Provider) -> S3Builder {
        let credentials = Credentials::new("AKIDEXAMPLE", Secret::new("hunter2"));
        S3::builder("bucket").provider(provider).credentials(credentials)
    }

    fn region(s3: &S3) -> String {
        let config = s3.bucket.client.config();
        config.region().map(|region| region.to_string()).unwrap_or_default()
    }

    #[test]
    fn what_a_provider_needs_is_asked_for_and_the_rest_is_known() {
        assert!(builder(Provider::Amazon).build().is_err(), "a region");
        assert!(builder(Provider::CloudflareR2).build().is_err(), "an endpoint");
        assert!(builder(Provider::Compatible).build().is_err(), "an endpoint");
        assert!(S3::builder("bucket").region("us-east-1").build().is_err(), "credentials");
        for (provider, default) in [(Provider::DigitalOceanSpaces, "nyc3"), (Provider::Tigris, "auto")] {
            assert_eq!(region(&builder(provider).build().expect("complete")), default);
            assert_eq!(region(&builder(provider).region("sfo3").build().expect("complete")), "sfo3");
        }
        let r2 = builder(Provider::CloudflareR2).endpoint("https://account.r2.cloudflarestorage.com").build();
        assert_eq!(region(&r2.expect("complete")), "auto");
    }

    #[test]
    fn what_is_wrong_is_refused() {
        let amazon = || builder(Provider::Amazon).region("us-east-1");
        assert!(amazon().build().is_ok());
        for endpoint in ["", "host", "ftp://host", "http://user@host", "http://host/?x", "http://host/#x"] {
            assert!(amazon().endpoint(endpoint).build().is_err(), "{endpoint:?}");
        }
        for region in ["", "eu central", "a/b", "evil.example#"] {
            assert!(amazon().region(region).build().is_err(), "{region:?}");
        }
        for bucket in ["", "ab", "a/b", "a..b", ".abc", "a b c"] {
            let builder = S3Builder { bucket: bucket.to_owned(), ..amazon() };
            assert!(builder.build().is_err(), "{bucket:?}");
        }
        assert!(amazon().part_size(5 * 1024 * 1024 - 1).build().is_err());
        let r2 = || builder(Provider::CloudflareR2).endpoint("https://account.r2.cloudflarestorage.com");
        assert!(r2().build().is_ok() && r2().public_objects(true).build().is_err());
    }

    #[test]
    fn only_the_same_bucket_with_the_same_credentials_is_the_same_store() {
        let id = |builder: S3Builder| builder.build().expect("valid").store_id().expect("explicit credentials");
        let amazon = || builder(Provider::Amazon).region("us-east-1");
        assert_eq!(id(amazon()), id(amazon()));
        let other = Credentials::new("AKIDEXAMPLE", Secret::new("another"));
        let others = [
            id(amazon().region("us-east-2")),
            id(amazon().endpoint("https://s3.example")),
            id(amazon().credentials(other)),
        ];
        for other in others {
            assert_ne!(other, id(amazon()));
        }
    }

    #[test]
    fn nothing_shows_a_secret() {
        let builder = builder(Provider::Tigris);
        let shown = format!("{builder:?} {:?} {:?}", builder.credentials, builder.clone().build());
        assert!(!shown.contains("hunter2") && !shown.contains("AKID"), "{shown}");
    }
}
