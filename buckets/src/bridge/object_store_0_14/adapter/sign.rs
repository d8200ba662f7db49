use std::time::SystemTime;

use object_store::signer::Method;

use super::{ObjectStoreAdapter, error, path};
use crate::error::{Error, Result};
use crate::operation::{Constraints, Sign, SignedMethod, SignedUrl};

impl ObjectStoreAdapter {
    pub(super) async fn link(&self, op: Sign) -> Result<SignedUrl> {
        let Some(signer) = &self.signer else { return Err(Error::unsupported("signed links")) };
        op.constraints.check(op.method)?;
        if op.constraints != Constraints::default() {
            // Each store names them in another way, and their trait in none.
            return Err(Error::unsupported("constraints of signed links"));
        }
        let method = match op.method {
            SignedMethod::Get => Method::GET,
            SignedMethod::Put => Method::PUT,
            SignedMethod::Post => return Err(Error::unsupported("signed forms")),
        };
        let expires_at = SystemTime::now() + op.expires_in;
        let url = signer.signed_url(method, &path::of_key(&op.key)?, op.expires_in).await.map_err(error::to_ours)?;
        Ok(SignedUrl::new(url.into(), op.method, expires_at))
    }
}
