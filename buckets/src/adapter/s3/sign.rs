use std::time::{Duration, SystemTime};

use aws_sdk_s3::presigning::{PresignedRequest, PresigningConfig};

use super::client::Bucket;
use super::error;
use crate::error::{Error, Result};
use crate::operation::{Checksum, Constraints, Sign, SignedMethod, SignedUrl};

impl Bucket {
    pub(super) async fn link(&self, op: Sign) -> Result<SignedUrl> {
        op.constraints.check(op.method)?;
        if op.constraints.checksum.is_some() && !self.checksums {
            return Err(Error::unsupported("checksums of uploads, which are switched off for this bucket,"));
        }
        let now = SystemTime::now();
        let (presigning, expires_at) = good_for(now, op.whole_seconds())?;
        if op.method == SignedMethod::Post {
            return self.form(&op.key, now, expires_at, &op.constraints).await;
        }
        let Constraints { content_type, size, max_size, checksum, content_disposition } = op.constraints;
        let signed = match op.method {
            SignedMethod::Get => {
                let request = self
                    .client
                    .get_object()
                    .bucket(&*self.name)
                    .key(op.key.as_str())
                    .set_response_content_type(content_type)
                    .set_response_content_disposition(content_disposition);
                request.presigned(presigning).await.map_err(error::from_sdk)
            }
            _ if size.is_none() && max_size.is_some() => {
                return Err(Error::unsupported(
                    "a largest size of a `PUT` (a form has one, and a `PUT` an exact size)",
                ));
            }
            _ => {
                let request = self
                    .client
                    .put_object()
                    .bucket(&*self.name)
                    .key(op.key.as_str())
                    .set_content_type(content_type)
                    .set_content_length(length(size)?)
                    .set_acl(self.acl.clone())
                    .set_checksum_crc32_c(checksum.map(Checksum::to_base64));
                request.presigned(presigning).await.map_err(error::from_sdk)
            }
        }?;
        Ok(link(&signed, op.method, expires_at))
    }
}

/// How the SDK is told for how long, and when that ends.
pub(super) fn good_for(now: SystemTime, expires_in: Duration) -> Result<(PresigningConfig, SystemTime)> {
    let config = PresigningConfig::builder().start_time(now).expires_in(expires_in).build();
    let config = config.map_err(|_| Error::invalid("a signed link must expire in 1 second to 7 days"))?;
    Ok((config, now + expires_in))
}

/// A size as the SDK takes it.
pub(super) fn length(size: Option<u64>) -> Result<Option<i64>> {
    size.map(i64::try_from).transpose().map_err(|_| Error::invalid("no upload is that large"))
}

/// What the SDK has signed, with all that the request must have.
pub(super) fn link(signed: &PresignedRequest, method: SignedMethod, expires_at: SystemTime) -> SignedUrl {
    let headers = signed.headers().map(|(name, value)| (name.to_owned(), value.to_owned()));
    SignedUrl::new(signed.uri().to_owned(), method, expires_at).with_headers(headers)
}
