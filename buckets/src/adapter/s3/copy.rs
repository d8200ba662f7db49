use super::client::server_side;
use super::put::Terms;
use super::{S3, error, meta, multipart};
use crate::error::{Error, ErrorKind, Result};
use crate::key::Key;
use crate::operation::{Copy, ObjectMeta, Stored};

impl S3 {
    pub(super) async fn duplicate(&self, op: Copy) -> Result<Stored> {
        let Copy { source, destination, condition } = op;
        self.check_condition(&condition)?;
        let found = self.bucket.look_up(source.clone()).await?;
        if source == destination {
            // S3 refuses that, and there is nothing to do.
            condition.check(found.etag.as_ref())?;
            return Ok(Stored::new(found));
        }
        let attributes = found.attributes.clone();
        let terms = Terms { key: destination, attributes, condition, checksum: None };
        let copied = match found.size <= self.limits.whole_copy {
            true => self.copy_whole(&source, &found, &terms).await,
            false => multipart::copy(self, &self.source(&source), found.clone(), terms).await,
        };
        match copied {
            Err(error) if is_condition(&error) => Err(self.judged(error, &source, &found).await),
            copied => copied,
        }
    }

    async fn copy_whole(&self, source: &Key, found: &ObjectMeta, terms: &Terms) -> Result<Stored> {
        let request = self
            .bucket
            .client
            .copy_object()
            .bucket(&*self.bucket.name)
            .key(terms.key.as_str())
            .copy_source(self.source(source))
            .set_acl(self.bucket.acl.clone())
            .set_copy_source_if_match(found.etag.as_ref().map(|tag| tag.to_header()))
            .set_if_match(terms.if_match())
            .set_if_none_match(terms.if_none_match());
        let answer = request.customize().config_override(server_side()).send().await;
        let answer = answer.map_err(|error| error::from_conditional(error, &terms.condition))?;
        let result = answer.copy_object_result.ok_or_else(error::not_understood)?;
        let mut copied = ObjectMeta { key: terms.key.clone(), ..found.clone() };
        copied.etag = meta::etag(result.e_tag);
        copied.last_modified = meta::time(result.last_modified);
        Ok(Stored::new(copied))
    }

    fn source(&self, key: &Key) -> String {
        format!("{}/{}", self.bucket.name, key.in_url())
    }

    /// Tells a source that was replaced meanwhile from a destination that is not as asked for: S3 answers the same.
    async fn judged(&self, error: Error, source: &Key, found: &ObjectMeta) -> Error {
        match self.bucket.look_up(source.clone()).await {
            Ok(now) if now.etag == found.etag => error,
            Ok(_) => Error::new(ErrorKind::Interrupted, "the object was replaced while it was copied"),
            Err(error) => error,
        }
    }
}

fn is_condition(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::PreconditionFailed | ErrorKind::AlreadyExists)
}
