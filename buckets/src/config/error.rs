use std::fmt;

use crate::error::Error;

/// Everything that is wrong with a configuration, found in one go. Never shows a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError(Vec<Problem>);

/// One thing that is wrong with a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// The cloud.
    pub cloud: String,
    /// The setting; empty if it is not about one.
    pub setting: String,
    /// What is wrong, and what to do.
    pub message: String,
}

impl ConfigError {
    pub(super) fn new(problems: Vec<Problem>) -> Self {
        Self(problems)
    }

    /// What is wrong, at least one thing.
    pub fn problems(&self) -> &[Problem] {
        &self.0
    }

    #[cfg(feature = "toml")]
    pub(super) fn into_problems(self) -> Vec<Problem> {
        self.0
    }
}

impl Problem {
    pub(super) fn new(cloud: &str, setting: &str, message: impl Into<String>) -> Self {
        Self { cloud: cloud.to_owned(), setting: setting.to_owned(), message: message.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.cloud.as_str(), self.setting.as_str()) {
            ("", _) => f.write_str(&self.message),
            (cloud, "") => write!(f, "cloud `{cloud}`: {}", self.message),
            (cloud, setting) => write!(f, "cloud `{cloud}`, setting `{setting}`: {}", self.message),
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, problem) in self.0.iter().enumerate() {
            let separator = if position == 0 { "" } else { "; " };
            write!(f, "{separator}{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}

impl From<ConfigError> for Error {
    fn from(error: ConfigError) -> Self {
        Self::invalid(format!("the configuration is wrong: {error}"))
    }
}
