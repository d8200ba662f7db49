use std::fmt;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use buckets::Secret;
use uuid::Uuid;

use crate::settings::StartError;

const VARIABLE: &str = "BUCKETS_SECRET";

/// The secret that links are signed with, and where it came from. It never shows itself.
#[derive(Clone)]
pub(crate) struct SigningSecret {
    pub(crate) value: Secret,
    origin: Origin,
}

#[derive(Clone)]
enum Origin {
    Environment,
    File(PathBuf),
    ThisRun,
}

impl SigningSecret {
    /// The secret of the environment, or else the one kept in `folder`, made at the first start.
    pub(crate) fn find(folder: &Path) -> Result<Self, StartError> {
        if let Some(known) = Self::of_environment()? {
            return Ok(known);
        }
        let file = folder.join("signing-secret");
        let value = keep(folder, &file).map_err(|error| {
            let reason = format!("the signing secret cannot be kept in {}: {error}", file.display());
            StartError::new("--root or BUCKETS_ROOT", reason)
        })?;
        Ok(Self { value: Secret::new(value), origin: Origin::File(file) })
    }

    /// The secret of the environment, or else one that nobody knows once the program has ended.
    pub(crate) fn of_this_run() -> Result<Self, StartError> {
        let made = || Self { value: Secret::new(random()), origin: Origin::ThisRun };
        Ok(Self::of_environment()?.unwrap_or_else(made))
    }

    fn of_environment() -> Result<Option<Self>, StartError> {
        match std::env::var(VARIABLE) {
            Ok(value) => Ok(Some(Self { value: Secret::new(value), origin: Origin::Environment })),
            Err(std::env::VarError::NotPresent) => Ok(None),
            Err(std::env::VarError::NotUnicode(_)) => Err(StartError::new(VARIABLE, "it must be text")),
        }
    }
}

impl fmt::Display for SigningSecret {
    /// Says where it is, never what it is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.origin {
            Origin::Environment => write!(f, "the secret in {VARIABLE}"),
            Origin::File(file) => write!(f, "the secret in {} (mode 0600)", file.display()),
            Origin::ThisRun => write!(f, "a secret of this run; set {VARIABLE} for links that outlive it"),
        }
    }
}

/// What is in `file`; a new secret is put there first if there is none.
fn keep(folder: &Path, file: &Path) -> std::io::Result<String> {
    if !file.try_exists()? {
        // Temporary files have mode 0600, and this one is complete before it has its name; if another
        // process was faster, its secret is the one that counts.
        let mut new = tempfile::NamedTempFile::new_in(folder)?;
        new.write_all(random().as_bytes())?;
        new.as_file().sync_all()?;
        match new.persist_noclobber(file) {
            Ok(_) => {}
            Err(error) if error.error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error.error),
        }
    }
    fs::read_to_string(file)
}

/// 244 random bits.
fn random() -> String {
    format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple())
}
