use std::path::PathBuf;

use super::settings::Settings;
use crate::Secret;

/// How a configured bucket of Google Cloud Storage is reached.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct GcsConfig {
    /// The bucket.
    pub bucket: String,
    /// Who asks.
    pub credentials: GcsCredentialsConfig,
    /// Where to ask; Google's public cloud unless set.
    pub endpoint: Option<String>,
    /// Where tokens are asked for; as the credentials say unless set.
    pub authority: Option<String>,
}

/// Who asks a configured bucket of Google Cloud Storage.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum GcsCredentialsConfig {
    /// A service account, by the JSON of a key of it.
    ServiceAccount(Secret),
    /// A service account, by a file with that JSON, which is read when the cloud is opened.
    ServiceAccountFile(PathBuf),
    /// The service account that the program runs as at Google.
    MetadataServer,
    /// Nobody in particular.
    Anonymous,
}

impl GcsConfig {
    pub(super) const SETTINGS: [&str; 7] =
        ["anonymous", "authority", "bucket", "endpoint", "metadata_server", "service_account", "service_account_file"];

    /// [`None`] where something is wrong, which is noted in `settings`.
    pub(super) fn read(settings: &mut Settings) -> Option<Self> {
        let bucket = settings.required("bucket", "the bucket to keep files in");
        let credentials = GcsCredentialsConfig::read(settings);
        let endpoint = settings.take("endpoint");
        let authority = settings.take("authority");
        if authority.is_some() && credentials == Some(GcsCredentialsConfig::Anonymous) {
            settings.problem("authority", "it is of no use with `anonymous`: no token is asked for");
        }
        Some(Self { bucket: bucket?, credentials: credentials?, endpoint, authority })
    }
}

impl GcsCredentialsConfig {
    fn read(settings: &mut Settings) -> Option<Self> {
        let said = [
            settings.take("service_account").map(|json| Self::ServiceAccount(Secret::new(json))),
            settings.take("service_account_file").map(|path| Self::ServiceAccountFile(path.into())),
            settings.flag("metadata_server").filter(|yes| *yes).map(|_| Self::MetadataServer),
            settings.flag("anonymous").filter(|yes| *yes).map(|_| Self::Anonymous),
        ];
        let mut said = said.into_iter().flatten();
        match (said.next(), said.next()) {
            (Some(credentials), None) => return Some(credentials),
            (None, _) => settings.problem(
                "service_account",
                "missing: set it, or `service_account_file`, `metadata_server` or `anonymous`, to say who asks",
            ),
            (Some(_), Some(_)) => settings.problem(
                "service_account",
                "who asks is said twice: set one of `service_account`, `service_account_file`, `metadata_server` and \
                 `anonymous`",
            ),
        }
        None
    }
}

#[cfg(feature = "gcs")]
impl GcsConfig {
    /// The adapter that it describes. Asks nothing of the store.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for a bucket, a key or an endpoint that is none; what reading the file
    /// of the service account fails with.
    pub async fn open(&self) -> crate::error::Result<crate::adapter::Gcs> {
        use crate::adapter::gcs::{Gcs, GcsCredentials};

        let credentials = match &self.credentials {
            GcsCredentialsConfig::ServiceAccount(json) => GcsCredentials::service_account(json.clone()),
            GcsCredentialsConfig::ServiceAccountFile(path) => {
                let json = tokio::fs::read_to_string(path).await.map_err(|error| {
                    crate::Error::invalid("the file of the service account cannot be read").with_source(error)
                })?;
                GcsCredentials::service_account(Secret::new(json))
            }
            GcsCredentialsConfig::MetadataServer => GcsCredentials::metadata_server(),
            GcsCredentialsConfig::Anonymous => GcsCredentials::anonymous(),
        };
        let mut builder = Gcs::builder(&self.bucket).credentials(credentials);
        if let Some(endpoint) = &self.endpoint {
            builder = builder.endpoint(endpoint);
        }
        if let Some(authority) = &self.authority {
            builder = builder.authority(authority);
        }
        builder.build()
    }
}

#[cfg(test)]
mod tests {
    use crate::CloudConfig;

    fn bucket(more: &[(&'static str, &'static str)]) -> Result<CloudConfig, Vec<String>> {
        let pairs = [("adapter", "gcs"), ("bucket", "photos")].into_iter().chain(more.iter().copied());
        CloudConfig::from_pairs("c", pairs)
            .map_err(|error| error.problems().iter().map(|problem| problem.setting.clone()).collect())
    }

    #[test]
    fn who_asks_is_said_once() {
        let problems = |more| bucket(more).expect_err("wrong");
        assert_eq!(problems(&[]), ["service_account"]);
        assert_eq!(problems(&[("anonymous", "false")]), ["service_account"]);
        assert_eq!(problems(&[("anonymous", "true"), ("metadata_server", "true")]), ["service_account"]);
        assert_eq!(problems(&[("service_account", "{}"), ("service_account_file", "/x")]), ["service_account"]);
        assert_eq!(problems(&[("anonymous", "true"), ("authority", "http://a")]), ["authority"]);
        assert_eq!(problems(&[("anonymous", "maybe")]), ["anonymous", "service_account"]);
        assert_eq!(problems(&[("metadata_server", "true"), ("region", "eu")]), ["region"]);
        for one in [("service_account_file", "/x"), ("metadata_server", "true"), ("anonymous", "true")] {
            bucket(&[one, ("endpoint", "http://localhost")]).expect("valid");
        }
    }

    #[test]
    fn no_secret_is_shown() {
        let config = bucket(&[("service_account", "hunter2")]).expect("valid");
        assert!(!format!("{config:?}").contains("hunter2"));
    }

    #[cfg(feature = "gcs")]
    #[tokio::test]
    async fn a_file_that_is_not_there_is_told() {
        let config = bucket(&[("service_account_file", "/nowhere/canary.json")]).expect("valid");
        let error = crate::Cloud::from_config(&config).await.expect_err("no such file");
        assert_eq!(error.kind(), crate::ErrorKind::InvalidInput);
        assert!(!format!("{error} {error:?}").contains("canary"));
    }
}
