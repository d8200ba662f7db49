use std::ops::Range;

use futures_util::TryStreamExt;
use http_body::Frame;
use http_body_util::StreamBody;
use object_store::path::Path;
use object_store::{GetOptions, GetRange, GetResult};

use super::{ObjectStoreAdapter, describe, error, path, tag};
use crate::body::GetBody;
use crate::bridge::check_existing;
use crate::bridge::object_store_0_14::attributes;
use crate::error::{Error, ErrorKind, Result};
use crate::key::Key;
use crate::operation::{ByteRange, Fetched, Get, ObjectMeta};

impl ObjectStoreAdapter {
    pub(super) async fn fetch(&self, op: Get) -> Result<Fetched> {
        let location = path::of_key(&op.key)?;
        let result = match op.range {
            Some(range) => self.open_part(&location, range).await?,
            None => self.store.get_opts(&location, GetOptions::new()).await.map_err(error::of_lookup)?,
        };
        let mut meta = describe(op.key, &result.meta);
        // Judged here, by the answer that has the content, because stores differ in how they write tags.
        check_existing(&op.condition, meta.etag.as_ref())?;
        let range = match op.range {
            Some(range) => range.resolve(meta.size)?,
            None => 0..meta.size,
        };
        if range != result.range {
            return Err(Error::new(ErrorKind::Protocol, "the store answered with another range than asked for"));
        }
        meta.attributes = attributes::known(&result.attributes);
        Ok(Fetched::new(meta, range, body(result)))
    }

    /// Everything that is known of an object.
    pub(super) async fn examine(&self, key: Key) -> Result<ObjectMeta> {
        let options = GetOptions::new().with_head(true);
        let result = self.store.get_opts(&path::of_key(&key)?, options).await.map_err(error::of_lookup)?;
        let mut meta = describe(key, &result.meta);
        meta.attributes = attributes::known(&result.attributes);
        Ok(meta)
    }

    async fn open_part(&self, location: &Path, range: ByteRange) -> Result<GetResult> {
        // What is wrong for the largest object is wrong for any.
        range.resolve(u64::MAX)?;
        let options = GetOptions::new().with_range(Some(to_theirs(range)));
        let error = match self.store.get_opts(location, options).await {
            Ok(result) => return Ok(result),
            Err(error) => error,
        };
        match error {
            // Not every store counts from the end.
            object_store::Error::NotSupported { .. } => self.open_resolved(location, range).await,
            // A range outside of the object has no error of its own there.
            error @ object_store::Error::Generic { .. } => {
                range.resolve(self.known(location).await?.size)?;
                Err(error::to_ours(error))
            }
            error => Err(error::of_lookup(error)),
        }
    }

    async fn open_resolved(&self, location: &Path, range: ByteRange) -> Result<GetResult> {
        let meta = self.known(location).await?;
        let Range { start, end } = range.resolve(meta.size)?;
        let options = GetOptions::new().with_range(Some(GetRange::Bounded(start..end)));
        let result = self.store.get_opts(location, options).await.map_err(error::to_ours)?;
        if tag(result.meta.e_tag.as_deref()) != tag(meta.e_tag.as_deref()) {
            return Err(Error::new(ErrorKind::Interrupted, "the object was replaced while it was opened"));
        }
        Ok(result)
    }
}

fn to_theirs(range: ByteRange) -> GetRange {
    match range {
        ByteRange::From(start) => GetRange::Offset(start),
        ByteRange::FromTo(first, last) => GetRange::Bounded(first..last.saturating_add(1)),
        ByteRange::Suffix(len) => GetRange::Suffix(len),
    }
}

fn body(result: GetResult) -> GetBody {
    GetBody::from_body(StreamBody::new(result.into_stream().map_ok(Frame::data).map_err(error::of_body)))
}
