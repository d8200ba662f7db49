use std::time::SystemTime;

use opendal_core::options::{ReadOptions, WriteOptions};

use super::{OperatorAdapter, error, path_of};
use crate::error::{Error, ErrorKind, Result};
use crate::operation::{Sign, SignedMethod, SignedUrl};

impl OperatorAdapter {
    pub(super) async fn link(&self, op: Sign) -> Result<SignedUrl> {
        if !self.capability.presign_read || !self.capability.presign_write {
            return Err(Error::unsupported("signed links"));
        }
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
            _ if constraints.max_size.is_some() => return Err(Error::unsupported("a largest size of signed uploads")),
            SignedMethod::Put => {
                let options = WriteOptions { content_type: constraints.content_type, ..WriteOptions::default() };
                self.operator.presign_write_options(path, op.expires_in, options).await
            }
        };
        let request = request.map_err(error::to_ours)?;
        // A link cannot say which headers go with it, but for the one that the caller has asked for.
        if request.header().keys().any(|name| name != http::header::HOST && name != http::header::CONTENT_TYPE) {
            return Err(Error::new(
                ErrorKind::Unsupported,
                "the service's links want headers that a link cannot carry",
            ));
        }
        Ok(SignedUrl::new(request.uri().to_string(), op.method, expires_at))
    }
}
