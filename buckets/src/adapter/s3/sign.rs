use std::time::{Duration, SystemTime};

use aws_sdk_s3::presigning::PresigningConfig;

use super::client::Bucket;
use super::error;
use crate::error::{Error, Result};
use crate::operation::{Attributes, Constraints, Sign, SignedMethod, SignedUrl};

impl Bucket {
    pub(super) async fn link(&self, op: Sign) -> Result<SignedUrl> {
        let Sign { key, method, expires_in, constraints } = op;
        check(method, &constraints)?;
        // The signature counts in whole seconds, of which a part of one is no less.
        let expires_in = Duration::from_secs(expires_in.as_secs() + u64::from(expires_in.subsec_nanos() > 0));
        let now = SystemTime::now();
        let presigning = PresigningConfig::builder().start_time(now).expires_in(expires_in).build();
        let presigning = presigning.map_err(|_| Error::invalid("a signed link must expire in 1 second to 7 days"))?;
        let Constraints { content_type, content_disposition, .. } = constraints;
        let signed = match method {
            SignedMethod::Get => {
                let request = self
                    .client
                    .get_object()
                    .bucket(&*self.name)
                    .key(key.as_str())
                    .set_response_content_type(content_type)
                    .set_response_content_disposition(content_disposition);
                request.presigned(presigning).await.map_err(error::from_sdk)
            }
            SignedMethod::Put => {
                let request = self.client.put_object().bucket(&*self.name).key(key.as_str());
                request.set_content_type(content_type).presigned(presigning).await.map_err(error::from_sdk)
            }
        }?;
        Ok(SignedUrl::new(signed.uri().to_owned(), method, now + expires_in))
    }
}

fn check(method: SignedMethod, constraints: &Constraints) -> Result<()> {
    let attributes = Attributes::new();
    if let Some(value) = &constraints.content_type {
        attributes.clone().with_content_type(value)?;
    }
    if let Some(value) = &constraints.content_disposition {
        attributes.with_content_disposition(value)?;
    }
    match method {
        SignedMethod::Put if constraints.max_size.is_some() => {
            Err(Error::unsupported("a largest size of an upload through a signed link"))
        }
        SignedMethod::Put if constraints.content_disposition.is_some() => {
            Err(Error::invalid("a disposition is for downloads; an upload has none"))
        }
        SignedMethod::Get if constraints.max_size.is_some() => {
            Err(Error::invalid("a largest size is for uploads; a download has none"))
        }
        _ => Ok(()),
    }
}
