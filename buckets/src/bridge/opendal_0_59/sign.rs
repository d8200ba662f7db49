use std::time::SystemTime;

use opendal_core::options::{ReadOptions, WriteOptions};

use super::{OperatorAdapter, error, path_of};
use crate::error::{Error, Result};
use crate::operation::{Sign, SignedMethod, SignedUrl};

impl OperatorAdapter {
    pub(super) async fn link(&self, op: Sign) -> Result<SignedUrl> {
        if !self.capability.presign_read || !self.capability.presign_write {
            return Err(Error::unsupported("signed links"));
        }
        op.constraints.check(op.method)?;
        let path = path_of(&op.key)?;
        let constraints = op.constraints;
        let expires_at = SystemTime::now() + op.expires_in;
        let request = match op.method {
            SignedMethod::Get => {
                let options = ReadOptions {
                    override_content_type: constraints.content_type,
                    override_content_disposition: constraints.content_disposition,
                    ..ReadOptions::default()
                };
                self.operator.presign_read_options(path, op.expires_in, options).await
            }
            SignedMethod::Post => return Err(Error::unsupported("signed forms")),
            SignedMethod::Put if constraints.size.or(constraints.max_size).is_some() => {
                return Err(Error::unsupported("a size of signed uploads"));
            }
            SignedMethod::Put if constraints.checksum.is_some() => {
                return Err(Error::unsupported("a checksum of signed uploads"));
            }
            SignedMethod::Put => {
                let options = WriteOptions { content_type: constraints.content_type, ..WriteOptions::default() };
                self.operator.presign_write_options(path, op.expires_in, options).await
            }
        };
        let request = request.map_err(error::to_ours)?;
        let headers = request.header().iter().map(|(name, value)| {
            // What is no text is none of the headers that are signed.
            (name.as_str().to_owned(), value.to_str().unwrap_or_default().to_owned())
        });
        let link = SignedUrl::new(request.uri().to_string(), op.method, expires_at);
        Ok(link.with_headers(headers))
    }
}
