use std::time::{Duration, SystemTime};

use super::super::{S3, error, meta};
use super::orphans::Upload;
use crate::error::Result;
use crate::key::Key;

/// Aborts what was given up here and could not be aborted, and what began longer ago than `older_than`.
pub(in super::super) async fn sweep(s3: &S3, older_than: Duration) -> Result<usize> {
    let mut aborted = 0;
    let result = abort_all(s3, older_than, &mut aborted).await;
    s3.orphans.swept(aborted);
    result.map(|()| aborted)
}

async fn abort_all(s3: &S3, older_than: Duration, aborted: &mut usize) -> Result<()> {
    for upload in s3.orphans.snapshot() {
        s3.orphans.abort(&upload).await?;
        *aborted += 1;
    }
    for upload in stale(s3, older_than).await? {
        s3.orphans.abort(&upload).await?;
        *aborted += 1;
    }
    Ok(())
}

/// The uploads that began longer ago than `older_than`. Listed whole before any is aborted, because what is
/// removed moves the pages.
async fn stale(s3: &S3, older_than: Duration) -> Result<Vec<Upload>> {
    let bucket = &s3.bucket;
    let now = SystemTime::now();
    let is_stale = |begun: SystemTime| now.duration_since(begun).is_ok_and(|age| age >= older_than);
    let mut found = Vec::new();
    let mut next = (None, None);
    loop {
        let request = bucket
            .client
            .list_multipart_uploads()
            .bucket(&*bucket.name)
            .set_key_marker(next.0)
            .set_upload_id_marker(next.1);
        let page = request.send().await.map_err(error::from_sdk)?;
        for upload in page.uploads.into_iter().flatten() {
            let begun = meta::time(upload.initiated);
            if let (Some(key), Some(id)) = (upload.key.and_then(|key| Key::new(key).ok()), upload.upload_id)
                && begun.is_some_and(is_stale)
            {
                found.push(Upload { bucket: bucket.clone(), key, id: id.into() });
            }
        }
        next = (page.next_key_marker, page.next_upload_id_marker);
        if page.is_truncated != Some(true) || next.0.is_none() {
            return Ok(found);
        }
    }
}
