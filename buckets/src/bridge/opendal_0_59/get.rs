use bytes::Bytes;
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use http_body::Frame;
use http_body_util::StreamBody;
use opendal_core::Metadata;
use opendal_core::options::ReaderOptions;

use super::{OperatorAdapter, describe, error, path_of};
use crate::body::GetBody;
use crate::bridge::check_existing;
use crate::error::{Error, ErrorKind, Result};
use crate::operation::{Fetched, Get};

/// How often an object is opened anew that is replaced while it is opened.
const ROUNDS: u32 = 32;

impl OperatorAdapter {
    pub(super) async fn fetch(&self, op: Get) -> Result<Fetched> {
        for _ in 0..ROUNDS {
            if let Some(fetched) = self.open(&op).await? {
                return Ok(fetched);
            }
        }
        Err(Error::new(ErrorKind::Interrupted, "the object was replaced each time it was opened"))
    }

    /// Opens what is there; [`None`] if that was replaced meanwhile.
    ///
    /// They tell of an object and give its content in two requests. So the second one asks for the version
    /// that the first one told of, and where a service has no versions it is asked again once the content has begun.
    async fn open(&self, op: &Get) -> Result<Option<Fetched>> {
        let path = path_of(&op.key)?;
        let metadata = self.known(path).await?;
        let meta = describe(op.key.clone(), &metadata);
        check_existing(&op.condition, meta.etag.as_ref())?;
        let range = match op.range {
            Some(range) => range.resolve(meta.size)?,
            None => 0..meta.size,
        };
        if range.is_empty() {
            return Ok(Some(Fetched::new(meta, range, GetBody::from_bytes(Bytes::new()))));
        }
        let version = self.version(&metadata);
        let is_versioned = version.is_some();
        let options = ReaderOptions { content_length_hint: Some(meta.size), ..version.unwrap_or_default() };
        let reader = self.operator.reader_options(path, options).await.map_err(error::of_lookup)?;
        let mut content = reader.into_bytes_stream(range.clone()).await.map_err(error::of_lookup)?;
        let first = match content.next().await.transpose().map_err(error::of_body) {
            // It has the length and may be of another version, or is gone and was there a moment ago.
            Err(error) if matches!(error.kind(), ErrorKind::PreconditionFailed | ErrorKind::InvalidInput) => {
                return Ok(None);
            }
            first => first?,
        };
        if !is_versioned && !is_same(&metadata, &self.known(path).await?) {
            return Ok(None);
        }
        let begun = stream::iter(first.map(Ok));
        Ok(Some(Fetched::new(meta, range, body(begun.chain(content.map_err(error::of_body))))))
    }

    /// The options that ask for this version, if the service can be asked for one.
    fn version(&self, metadata: &Metadata) -> Option<ReaderOptions> {
        match (metadata.version(), metadata.etag()) {
            (Some(version), _) if self.capability.read_with_if_version_match => {
                Some(ReaderOptions { if_version_match: Some(version.to_owned()), ..ReaderOptions::default() })
            }
            (_, Some(tag)) if self.capability.read_with_if_match => {
                Some(ReaderOptions { if_match: Some(tag.to_owned()), ..ReaderOptions::default() })
            }
            _ => None,
        }
    }
}

fn is_same(one: &Metadata, other: &Metadata) -> bool {
    let facts = |metadata: &Metadata| (metadata.content_length(), metadata.last_modified());
    facts(one) == facts(other) && one.etag() == other.etag()
}

fn body(content: impl Stream<Item = Result<Bytes>> + Send + 'static) -> GetBody {
    GetBody::from_body(StreamBody::new(content.map_ok(Frame::data)))
}
