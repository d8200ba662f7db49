use std::collections::BTreeMap;

use super::{
    AdapterConfig, AzureConfig, CloudConfig, ConfigError, GcsConfig, LinksConfig, Problem, S3Config,
    S3CredentialsConfig,
};
use crate::Secret;
use crate::cloud::PublicBase;
use crate::key::Key;

/// The settings of one cloud on their way to a [`CloudConfig`]: each is taken once, and what is
/// wrong is noted rather than returned, so that all of it can be told at once.
pub(super) struct Settings {
    name: String,
    values: BTreeMap<String, String>,
    known: Vec<&'static str>,
    problems: Vec<Problem>,
}

impl Settings {
    pub(super) fn new(name: String, pairs: impl Iterator<Item = (String, String)>) -> Self {
        Self { name, values: pairs.collect(), known: Vec::new(), problems: Vec::new() }
    }

    pub(super) fn read(mut self) -> Result<CloudConfig, ConfigError> {
        let adapter = self.adapter();
        let base_prefix = self.parsed("base_prefix", |value| Key::new(value).map_err(|error| error.to_string()));
        let read_limit = self.bytes("read_limit");
        let public_base_url = self.parsed("public_base_url", |value| match PublicBase::new(value) {
            Ok(_) => Ok(value.to_owned()),
            Err(error) => Err(error.to_string()),
        });
        self.refuse_unknown(adapter.is_some());
        match adapter {
            Some(adapter) if self.problems.is_empty() => {
                Ok(CloudConfig { name: self.name, adapter, base_prefix, read_limit, public_base_url })
            }
            _ => Err(ConfigError::new(self.problems)),
        }
    }

    fn adapter(&mut self) -> Option<AdapterConfig> {
        let adapter = self.required("adapter", "which must be `memory`, `volume`, `s3`, `azure` or `gcs`")?;
        match adapter.as_str() {
            "memory" => Some(AdapterConfig::Memory { capacity: self.bytes("capacity") }),
            "volume" => self.volume(),
            "s3" => self.s3(),
            "azure" => AzureConfig::read(self).map(AdapterConfig::Azure),
            "gcs" => GcsConfig::read(self).map(AdapterConfig::Gcs),
            _ => {
                self.problem("adapter", "there is no such adapter; write `memory`, `volume`, `s3`, `azure` or `gcs`");
                None
            }
        }
    }

    fn volume(&mut self) -> Option<AdapterConfig> {
        let root = self.required("root", "the directory to keep files in");
        let fsync = self.flag("fsync");
        let links = self.links();
        Some(AdapterConfig::Volume { root: root?.into(), fsync: fsync.unwrap_or(true), links })
    }

    fn s3(&mut self) -> Option<AdapterConfig> {
        let bucket = self.required("bucket", "the bucket to keep files in");
        let config = S3Config {
            provider: self.take("provider"),
            region: self.take("region"),
            endpoint: self.take("endpoint"),
            credentials: self.s3_credentials(),
            path_style: self.flag("path_style"),
            checksums: self.flag("checksums"),
            conditional_writes: self.flag("conditional_writes"),
            ordered_lists: self.flag("ordered_lists"),
            public_objects: self.flag("public_objects"),
            bucket: bucket?,
        };
        Some(AdapterConfig::S3(config))
    }

    fn s3_credentials(&mut self) -> Option<S3CredentialsConfig> {
        let id = self.take("access_key_id").map(Secret::new);
        let secret = self.take("secret_access_key").map(Secret::new);
        let session_token = self.take("session_token").map(Secret::new);
        match (id, secret) {
            (Some(access_key_id), Some(secret_access_key)) => {
                return Some(S3CredentialsConfig { access_key_id, secret_access_key, session_token });
            }
            (None, None) if session_token.is_some() => {
                self.problem("session_token", "it is of no use without `access_key_id` and `secret_access_key`");
            }
            (None, None) => {}
            (Some(_), None) => self.problem("secret_access_key", "missing: it goes with `access_key_id`"),
            (None, Some(_)) => self.problem("access_key_id", "missing: it goes with `secret_access_key`"),
        }
        None
    }

    fn links(&mut self) -> Option<LinksConfig> {
        let base_url = self.take("base_url");
        let secret = self.take("secret").map(Secret::new);
        let previous_secret = self.take("previous_secret").map(Secret::new);
        match (base_url, secret) {
            (Some(base_url), Some(secret)) => Some(LinksConfig { base_url, secret, previous_secret }),
            (None, None) => {
                if previous_secret.is_some() {
                    self.problem("previous_secret", "it is of no use without `secret` and `base_url`");
                }
                None
            }
            (Some(_), None) => {
                self.problem(
                    "secret",
                    "missing: without a secret no link can be signed; remove `base_url` if none is wanted",
                );
                None
            }
            (None, Some(_)) => {
                self.problem(
                    "base_url",
                    "missing: signed links need something to begin with, such as `https://files.example`",
                );
                None
            }
        }
    }

    pub(super) fn take(&mut self, setting: &'static str) -> Option<String> {
        self.known.push(setting);
        let value = self.values.remove(setting)?;
        if value.is_empty() {
            self.problem(setting, "it is empty; give it a value or leave it out");
            return None;
        }
        Some(value)
    }

    pub(super) fn required(&mut self, setting: &'static str, what: &str) -> Option<String> {
        if !self.values.contains_key(setting) {
            self.known.push(setting);
            self.problem(setting, format!("missing: {what}"));
            return None;
        }
        self.take(setting)
    }

    fn parsed<T>(&mut self, setting: &'static str, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let value = self.take(setting)?;
        match parse(&value) {
            Ok(parsed) => Some(parsed),
            Err(message) => {
                self.problem(setting, message);
                None
            }
        }
    }

    pub(super) fn flag(&mut self, setting: &'static str) -> Option<bool> {
        self.parsed(setting, |value| value.parse().map_err(|_| "write `true` or `false`".to_owned()))
    }

    fn bytes(&mut self, setting: &'static str) -> Option<u64> {
        let parse = |value: &str| match value.replace('_', "").parse::<u64>() {
            Ok(bytes) if bytes > 0 => Ok(bytes),
            _ => Err("write a number of bytes above zero, such as `67108864`".to_owned()),
        };
        self.parsed(setting, parse)
    }

    /// What is left was not asked for by anybody. Where the adapter is not known, its settings
    /// cannot be told from misspelt ones, so only what no adapter has is named.
    fn refuse_unknown(&mut self, adapter_is_known: bool) {
        const ALL: &[&str] = &[
            "access_key_id",
            "base_url",
            "bucket",
            "capacity",
            "checksums",
            "conditional_writes",
            "endpoint",
            "fsync",
            "ordered_lists",
            "path_style",
            "previous_secret",
            "provider",
            "public_objects",
            "region",
            "root",
            "secret",
            "secret_access_key",
            "session_token",
        ];
        let known = self.known.join("`, `");
        for setting in std::mem::take(&mut self.values).into_keys() {
            let is_known =
                [ALL, &AzureConfig::SETTINGS, &GcsConfig::SETTINGS].iter().any(|all| all.contains(&setting.as_str()));
            if adapter_is_known || !is_known {
                self.problem(&setting, format!("there is no such setting here; there are `{known}`"));
            }
        }
    }

    pub(super) fn problem(&mut self, setting: &str, message: impl Into<String>) {
        self.problems.push(Problem::new(&self.name, setting, message));
    }
}

#[cfg(feature = "toml")]
pub(super) fn read_toml(text: &str) -> Result<Vec<CloudConfig>, ConfigError> {
    let one = |message: String| ConfigError::new(vec![Problem::new("", "", message)]);
    let document: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        // The error's own text quotes the line, which may be the one with the secret.
        let line = error.span().map_or(0, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        one(format!("the text is no TOML: line {line}: {}", error.message()))
    })?;
    let Some(toml::Value::Table(clouds)) = document.get("clouds") else {
        return Err(one("there is no table `clouds`; write one table `[clouds.NAME]` for each cloud".to_owned()));
    };
    let (mut configs, mut problems) = (Vec::new(), Vec::new());
    for (name, settings) in clouds {
        let toml::Value::Table(settings) = settings else {
            problems.push(Problem::new(name, "", "it is not a table; write `[clouds.NAME]` and settings below"));
            continue;
        };
        let (pairs, nested): (Vec<_>, Vec<_>) =
            settings.iter().map(|(key, value)| (key, plain(value))).partition(|(_, value)| value.is_some());
        let wrong = nested.iter().map(|(key, _)| Problem::new(name, key, "write text, a number, `true` or `false`"));
        problems.extend(wrong);
        let pairs = pairs.into_iter().filter_map(|(key, value)| Some((key.clone(), value?)));
        match CloudConfig::from_pairs(name, pairs) {
            Ok(config) => configs.push(config),
            Err(error) => problems.extend(error.into_problems()),
        }
    }
    if problems.is_empty() { Ok(configs) } else { Err(ConfigError::new(problems)) }
}

#[cfg(feature = "toml")]
fn plain(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(flag) => Some(flag.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(pairs: &[(&str, &str)]) -> Vec<String> {
        match CloudConfig::from_pairs("c", pairs.iter().copied()) {
            Ok(_) => Vec::new(),
            Err(error) => error.problems().iter().map(|problem| problem.setting.clone()).collect(),
        }
    }

    #[test]
    fn every_problem_is_named_at_once() {
        assert_eq!(
            settings(&[("adapter", "volume"), ("fsync", "maybe"), ("secret", "x"), ("read_limit", "-1"), ("rot", "/")]),
            ["root", "fsync", "base_url", "read_limit", "rot"]
        );
        assert_eq!(settings(&[]), ["adapter"]);
        assert_eq!(settings(&[("adapter", "tape"), ("root", "/"), ("oops", "")]), ["adapter", "oops"]);
        assert_eq!(settings(&[("adapter", "memory"), ("root", "/")]), ["root"]);
        assert_eq!(
            settings(&[("adapter", "memory"), ("base_prefix", "../x"), ("capacity", "")]),
            ["capacity", "base_prefix"]
        );
        assert_eq!(
            settings(&[("adapter", "s3"), ("access_key_id", "a"), ("path_style", "maybe"), ("bukket", "b")]),
            ["bucket", "secret_access_key", "path_style", "bukket"]
        );
        assert_eq!(settings(&[("adapter", "s3"), ("bucket", "b"), ("session_token", "t")]), ["session_token"]);
        assert_eq!(settings(&[("adapter", "s3"), ("bucket", "b"), ("provider", "tigris")]).len(), 0);
        assert_eq!(
            settings(&[("adapter", "volume"), ("root", "/x"), ("base_url", "http://h"), ("secret", "s")]).len(),
            0
        );
    }

    #[test]
    fn no_value_is_ever_shown() {
        let pairs = [("adapter", "hunter2"), ("read_limit", "hunter2"), ("secret", "hunter2")];
        let error = CloudConfig::from_pairs("c", pairs).expect_err("wrong");
        assert!(!format!("{error} {error:?}").contains("hunter2"));
        let pairs = [("adapter", "volume"), ("root", "/x"), ("base_url", "http://h"), ("secret", "hunter2")];
        assert!(!format!("{:?}", CloudConfig::from_pairs("c", pairs)).contains("hunter2"));
        let keys = [("access_key_id", "hunter2"), ("secret_access_key", "hunter2"), ("session_token", "hunter2")];
        let config = CloudConfig::from_pairs("c", [("adapter", "s3"), ("bucket", "b")].into_iter().chain(keys));
        assert!(!format!("{:?}", config.expect("valid")).contains("hunter2"));
        let client = [("tenant_id", "t"), ("client_id", "c"), ("client_secret", "hunter2")];
        for who in [&[("account_key", "hunter2")][..], &[("sas", "hunter2")], &client] {
            let config = CloudConfig::from_pairs("c", container().chain(who.iter().copied()));
            assert!(!format!("{:?}", config.expect("valid")).contains("hunter2"), "{who:?}");
        }
    }

    fn container() -> impl Iterator<Item = (&'static str, &'static str)> {
        [("adapter", "azure"), ("account", "a"), ("container", "c")].into_iter()
    }

    #[test]
    fn a_container_of_azure_says_once_who_asks() {
        let settings = |more: &[(&'static str, &'static str)]| {
            let error = CloudConfig::from_pairs("c", container().chain(more.iter().copied())).expect_err("wrong");
            error.problems().iter().map(|problem| problem.setting.clone()).collect::<Vec<_>>()
        };
        assert_eq!(settings(&[]), ["account_key"]);
        assert_eq!(settings(&[("account_key", "k"), ("sas", "s")]), ["account_key"]);
        assert_eq!(settings(&[("sas", "s"), ("client_id", "i")]), ["account_key"]);
        assert_eq!(settings(&[("client_id", "i")]), ["tenant_id", "client_secret"]);
        assert_eq!(settings(&[("account_key", "k"), ("authority", "https://login")]), ["authority"]);
        assert_eq!(settings(&[("account_key", "k"), ("bucket", "b")]), ["bucket"]);
        let error = CloudConfig::from_pairs("c", [("adapter", "azure")]).expect_err("wrong");
        assert_eq!(error.problems().len(), 3, "{error}");
    }

    #[cfg(feature = "toml")]
    #[test]
    fn toml_gives_all_clouds_or_all_problems() {
        let text = "[clouds.a]\nadapter = 'memory'\ncapacity = 5\n[clouds.b]\nadapter = 'memory'\n[other]\nx = 1";
        assert_eq!(CloudConfig::all_from_toml(text).expect("valid").len(), 2);
        let text = "[clouds.a]\nadapter = 'tape'\n[clouds.b]\nadapter = 'volume'\nroot = ['x']\n[clouds]\nc = 1";
        assert!(CloudConfig::all_from_toml(text).is_err());
        let text = "clouds.a = 1\nclouds.b.adapter = 'tape'\nclouds.c = { adapter = 'volume', root = ['x'] }";
        let error = CloudConfig::all_from_toml(text).expect_err("wrong");
        assert_eq!(error.problems().len(), 4, "{error}");
        let error = CloudConfig::all_from_toml("[clouds.a]\nsecret = 'hunter2").expect_err("no TOML");
        assert!(error.to_string().contains("line 2") && !error.to_string().contains("hunter2"), "{error}");
    }
}
