use buckets::Key;
use buckets::adapter::Adapter;
use buckets::adapter::volume::{Signer, SigningKey};
use buckets::operation::{Constraints, Sign, SignedMethod};
use buckets::{ErrorKind, Result};

use super::CLOUD;
use super::secret::SigningSecret;
use crate::files::LINK_LIFE;
use crate::settings::StartError;

/// Links that lead to this program, which it signs and serves itself.
#[derive(Clone)]
pub(crate) struct OwnLinks {
    pub(crate) signer: Signer,
    pub(super) secret: SigningSecret,
}

impl OwnLinks {
    /// Links that begin with `base_url`.
    pub(super) fn new(secret: SigningSecret, base_url: &str) -> Result<Self, StartError> {
        let key = SigningKey::new(&secret.value).map_err(|error| StartError::new("BUCKETS_SECRET", error))?;
        let signer = Signer::new(base_url, CLOUD, key).map_err(|error| StartError::new("BUCKETS_PUBLIC_URL", error))?;
        Ok(Self { signer, secret })
    }

    /// Whether there have to be such links, for want of the adapter's: it says itself that it makes none to every name, or none
    /// that have the file saved under it.
    pub(super) async fn are_needed_for(adapter: &impl Adapter) -> Result<bool> {
        let (key, saved) = (Key::new("a folder/ä.txt")?, "attachment; filename=\"_.txt\"");
        let link = Sign::new(key, SignedMethod::Get, LINK_LIFE)?
            .with_constraints(Constraints::default().with_content_disposition(saved));
        // Any other failure is one of the moment, not of what the adapter can do.
        Ok(matches!(adapter.sign(link).await, Err(error) if error.kind() == ErrorKind::Unsupported))
    }
}
