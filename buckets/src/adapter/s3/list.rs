use aws_sdk_s3::types::Object;

use super::client::Bucket;
use super::{error, meta};
use crate::error::Result;
use crate::key::Key;
use crate::operation::{Cursor, List, ObjectMeta, Page, StorageClass};

impl Bucket {
    pub(super) async fn page(&self, op: List) -> Result<Page> {
        let request = self
            .client
            .list_objects_v2()
            .bucket(&*self.name)
            .prefix(op.prefix.as_str())
            .set_delimiter(op.fold.then(|| "/".to_owned()))
            .max_keys(i32::try_from(op.limit).unwrap_or(i32::MAX))
            .set_continuation_token(op.cursor.map(|cursor| cursor.as_str().to_owned()));
        let answer = request.send().await.map_err(error::from_sdk)?;
        let next = answer.next_continuation_token.filter(|_| answer.is_truncated == Some(true));
        let objects = answer.contents.into_iter().flatten().filter_map(listed).collect();
        let prefixes = answer.common_prefixes.into_iter().flatten().filter_map(|folded| folded.prefix).collect();
        Ok(Page::new(objects, prefixes, next.map(Cursor::new).transpose()?))
    }
}

/// An object of a page. One whose name is none that we take, such as a console's `folder/`, was not stored
/// through here and cannot be asked for, so it is left out.
fn listed(object: Object) -> Option<ObjectMeta> {
    let mut found = ObjectMeta::new(Key::new(object.key?).ok()?, meta::size(object.size)?);
    found.etag = meta::etag(object.e_tag);
    found.last_modified = meta::time(object.last_modified);
    found.storage_class = object.storage_class.map(|class| StorageClass::new(class.as_str()));
    Some(found)
}
