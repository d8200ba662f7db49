use std::ops::Range;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use object_store::path::Path;
use object_store::{
    Error as TheirError, GetOptions, GetRange, GetResult, GetResultPayload, OBJECT_STORE_COALESCE_DEFAULT,
    ObjectMeta as TheirMeta, ObjectStoreExt, Result, coalesce_ranges,
};

use super::{CloudStore, describe, error};
use crate::bridge::object_store_0_14::attributes;
use crate::cloud::ReadOptions;
use crate::error::{Error, ErrorKind};
use crate::key::Key;
use crate::operation::{ByteRange, Condition, ETag, ObjectMeta};
use crate::store::Store;

impl<S: Store> CloudStore<S> {
    pub(super) async fn open(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        if options.version.is_some() {
            return Err(error::not_implemented("`get_opts` with a version"));
        }
        let key = Self::key(location)?;
        if options.head {
            let (meta, theirs) = self.examine(location, key).await?;
            options.check_preconditions(&theirs)?;
            return Ok(result(&meta, theirs, 0..meta.size, GetResultPayload::Stream(stream::empty().boxed())));
        }
        let condition = match simple(&options) {
            Some(condition) => condition,
            None => self.judge(location, &key, &options).await?,
        };
        let range = options.range.as_ref().map(to_ours).transpose()?;
        let read = ReadOptions { range, condition, ..ReadOptions::new() };
        let fetched = self.cloud.reader_with(key, read).await.map_err(|refused| match refused.kind() {
            ErrorKind::PreconditionFailed | ErrorKind::AlreadyExists if options.if_none_match.is_some() => {
                TheirError::NotModified { path: location.to_string(), source: refused.into() }
            }
            _ => error::to_theirs(refused, location),
        })?;
        let about = location.clone();
        let stream = fetched.body.map_err(move |error| error::to_theirs(error, &about)).boxed();
        let theirs = describe(&fetched.meta).ok_or_else(|| no_path(location))?;
        Ok(result(&fetched.meta, theirs, fetched.range, GetResultPayload::Stream(stream)))
    }

    pub(super) async fn open_ranges(&self, location: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        coalesce_ranges(ranges, |range| self.get_range(location, range), OBJECT_STORE_COALESCE_DEFAULT).await
    }

    /// Judges what no condition here can say: dates, lists of tags, several conditions at once. The condition it
    /// gives back holds only for the version that was judged.
    async fn judge(&self, location: &Path, key: &Key, options: &GetOptions) -> Result<Condition> {
        let (meta, theirs) = self.examine(location, key.clone()).await?;
        options.check_preconditions(&theirs)?;
        Ok(meta.etag.map_or_else(Condition::none, Condition::if_match))
    }

    async fn examine(&self, location: &Path, key: Key) -> Result<(ObjectMeta, TheirMeta)> {
        let meta = self.cloud.head(key).await.map_err(|error| error::to_theirs(error, location))?;
        let theirs = describe(&meta).ok_or_else(|| no_path(location))?;
        Ok((meta, theirs))
    }
}

/// The conditions as one of ours, if they are.
fn simple(options: &GetOptions) -> Option<Condition> {
    if options.if_modified_since.is_some() || options.if_unmodified_since.is_some() {
        return None;
    }
    match (options.if_match.as_deref(), options.if_none_match.as_deref()) {
        (None, None) => Some(Condition::none()),
        (Some(tag), None) => one_tag(tag).map(Condition::if_match),
        (None, Some(tag)) => one_tag(tag).map(Condition::if_none_match),
        (Some(_), Some(_)) => None,
    }
}

fn one_tag(tag: &str) -> Option<ETag> {
    ETag::new(tag).ok().filter(|_| tag != "*" && !tag.contains(','))
}

fn to_ours(range: &GetRange) -> Result<ByteRange> {
    range.is_valid().map_err(|source| TheirError::Generic { store: super::NAME, source: source.into() })?;
    Ok(match range {
        GetRange::Bounded(range) => ByteRange::FromTo(range.start, range.end - 1),
        GetRange::Offset(start) => ByteRange::From(*start),
        GetRange::Suffix(len) => ByteRange::Suffix(*len),
    })
}

fn result(meta: &ObjectMeta, theirs: TheirMeta, range: Range<u64>, payload: GetResultPayload) -> GetResult {
    let attributes = attributes::to_theirs(&meta.attributes);
    GetResult { payload, meta: theirs, range, attributes, extensions: Default::default() }
}

fn no_path(location: &Path) -> TheirError {
    error::to_theirs(Error::new(ErrorKind::Protocol, "the store answered with a key that is no path"), location)
}
