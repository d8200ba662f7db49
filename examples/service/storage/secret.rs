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
}

impl SigningSecret {
    /// The secret of the environment, or else the one kept in `folder`, made at the first start.
    pub(crate) fn find(folder: &Path) -> Result<Self, StartError> {
        match std::env::var(VARIABLE) {
            Ok(value) => Ok(Self { value: Secret::new(value), origin: Origin::Environment }),
            Err(std::env::VarError::NotPresent) => {
                let file = folder.join("signing-secret");
                let value = keep(folder, &file).map_err(|error| {
                    let reason = format!("the signing secret cannot be kept in {}: {error}", file.display());
                    StartError::new("--root or BUCKETS_ROOT", reason)
                })?;
                Ok(Self { value: Secret::new(value), origin: Origin::File(file) })
            }
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
        }
    }
}

/// What is in `file`; a new secret is put there first if there is none.
fn keep(folder: &Path, file: &Path) -> std::io::Result<String> {
    if !file.try_exists()? {
        // Temporary files have mode 0600, and this one is complete before it has its name; if another
        // process was faster, its secret is the one that counts.
        let mut new = tempfile::NamedTempFile::new_in(folder)?;
        write!(new, "{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple())?;
        new.as_file().sync_all()?;
        match new.persist_noclobber(file) {
            Ok(_) => {}
            Err(error) if error.error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error.error),
        }
    }
    fs::read_to_string(file)
}
