use std::ops::Range;

use aws_sdk_s3::types::CompletedPart;
use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::super::client::server_side;
use super::super::put::Terms;
use super::super::{S3, error};
use super::limits::Limits;
use super::orphans::Upload;
use super::persistently;
use super::unfinished::{Unfinished, Whole};
use crate::error::Result;
use crate::operation::{ObjectMeta, Stored};

/// Has the store copy an object of any size, in parts. `source` is as the header has it.
pub(in super::super) async fn copy(s3: &S3, source: &str, found: ObjectMeta, terms: Terms) -> Result<Stored> {
    let part_size = s3.limits.copy_part_size_for(found.size)?;
    let unfinished = Unfinished::begin(s3, &terms).await?;
    let tag = found.etag.as_ref().map(|tag| tag.to_header());
    let parts = stream::iter(ranges(found.size, part_size).zip(1..))
        .map(|(range, number)| copy_part(unfinished.upload(), &s3.limits, source, tag.as_deref(), number, range))
        .buffer_unordered(s3.limits.concurrency)
        .try_collect()
        .await?;
    let mut whole = Whole { parts, size: found.size, checksum: None };
    let tag = unfinished.finish(s3.limits.attempts, &terms, &mut whole).await?;
    let mut stored = ObjectMeta::new(terms.key, found.size);
    stored.etag = tag;
    // What the store computes is that of the whole, which has not changed.
    stored.checksum = found.checksum;
    stored.attributes = found.attributes;
    Ok(Stored::new(stored))
}

fn ranges(size: u64, part: u64) -> impl Iterator<Item = Range<u64>> {
    (0..size.div_ceil(part)).map(move |number| number * part..size.min((number + 1) * part))
}

async fn copy_part(
    upload: &Upload,
    limits: &Limits,
    source: &str,
    source_tag: Option<&str>,
    number: i32,
    range: Range<u64>,
) -> Result<CompletedPart> {
    let Upload { bucket, key, id } = upload;
    let answer = persistently(limits.attempts, || async {
        // Only closing it would make it fail, which nobody does.
        let _permit = limits.total.acquire().await;
        let request = bucket
            .client
            .upload_part_copy()
            .bucket(&*bucket.name)
            .key(key.as_str())
            .upload_id(&**id)
            .part_number(number)
            .copy_source(source)
            .copy_source_range(format!("bytes={}-{}", range.start, range.end - 1))
            .set_copy_source_if_match(source_tag.map(str::to_owned));
        request.customize().config_override(server_side()).send().await.map_err(error::from_sdk)
    });
    let copied = answer.await?.copy_part_result.ok_or_else(error::not_understood)?;
    Ok(CompletedPart::builder()
        .part_number(number)
        .set_e_tag(copied.e_tag)
        .set_checksum_crc32_c(copied.checksum_crc32_c)
        .build())
}

#[cfg(test)]
mod tests {
    use super::ranges;

    #[test]
    fn the_ranges_are_the_whole() {
        assert_eq!(ranges(10, 4).collect::<Vec<_>>(), [0..4, 4..8, 8..10]);
        assert_eq!(ranges(8, 4).collect::<Vec<_>>(), [0..4, 4..8]);
    }
}
