use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::CompletedPart;
use bytes::Bytes;
use futures_util::future::{Either, select};
use futures_util::stream::{FuturesUnordered, StreamExt};

use super::super::client::sending;
use super::super::put::Terms;
use super::super::{S3, error};
use super::limits::{Limits, MOST_PARTS};
use super::orphans::Upload;
use super::unfinished::{Unfinished, Whole};
use super::{Pieces, persistently};
use crate::error::{Error, ErrorKind, Result};
use crate::operation::{Checksum, ObjectMeta, Stored};

/// Stores content in parts, all of it or nothing.
pub(in super::super) async fn store(s3: &S3, terms: Terms, mut pieces: Pieces, part_size: u64) -> Result<Stored> {
    let unfinished = Unfinished::begin(s3, &terms).await?;
    let (mut whole, checksum) = send_all(unfinished.upload(), &s3.limits, &mut pieces, part_size).await?;
    terms.check(checksum)?;
    whole.checksum = s3.bucket.checksums.then_some(checksum);
    let tag = unfinished.finish(s3.limits.attempts, &terms, &mut whole).await?;
    let mut stored = ObjectMeta::new(terms.key, whole.size);
    stored.etag = tag;
    stored.checksum = whole.checksum;
    stored.attributes = terms.attributes;
    Ok(Stored::new(stored))
}

/// Sends all pieces, some at once: the next one is read while those before it are on their way.
async fn send_all(upload: &Upload, limits: &Limits, pieces: &mut Pieces, part_size: u64) -> Result<(Whole, Checksum)> {
    let part_size = usize::try_from(part_size).map_err(|_| too_large())?;
    let mut together = Checksum::of(&[]);
    let mut whole = Whole { parts: Vec::new(), size: 0, checksum: None };
    let mut parts = FuturesUnordered::new();
    let mut number = 0;
    loop {
        while parts.len() >= limits.concurrency {
            whole.parts.extend(parts.next().await.transpose()?);
        }
        let Some(piece) = read(pieces, part_size, &mut parts, &mut whole.parts).await? else { break };
        number += 1;
        if number > MOST_PARTS {
            return Err(too_large());
        }
        let (checksum, len) = (Checksum::of(&piece), piece.len() as u64);
        together = together.followed_by(checksum, len);
        whole.size += len;
        parts.push(send(upload, limits, number as i32, piece, checksum));
    }
    while let Some(part) = parts.next().await.transpose()? {
        whole.parts.push(part);
    }
    Ok((whole, together))
}

/// The next piece. What is sent while it is waited for goes to `sent`.
async fn read<F>(
    pieces: &mut Pieces,
    size: usize,
    parts: &mut FuturesUnordered<F>,
    sent: &mut Vec<CompletedPart>,
) -> Result<Option<Bytes>>
where
    F: Future<Output = Result<CompletedPart>>,
{
    let mut piece = std::pin::pin!(pieces.next(size));
    while !parts.is_empty() {
        match select(piece.as_mut(), parts.next()).await {
            Either::Left((piece, _)) => return piece,
            Either::Right((part, _)) => sent.extend(part.transpose()?),
        }
    }
    piece.await
}

/// Sends a part until the store has it.
async fn send(
    upload: &Upload,
    limits: &Limits,
    number: i32,
    content: Bytes,
    checksum: Checksum,
) -> Result<CompletedPart> {
    let Upload { bucket, key, id } = upload;
    let checksum = bucket.checksums.then(|| checksum.to_base64());
    let answer = persistently(limits.attempts, || async {
        // Only closing it would make it fail, which nobody does.
        let _permit = limits.total.acquire().await;
        let request = bucket
            .client
            .upload_part()
            .bucket(&*bucket.name)
            .key(key.as_str())
            .upload_id(&**id)
            .part_number(number)
            .set_checksum_crc32_c(checksum.clone())
            .body(ByteStream::from(content.clone()));
        request.customize().config_override(sending(content.len())).send().await.map_err(error::from_sdk)
    });
    let tag = answer.await?.e_tag;
    Ok(CompletedPart::builder().part_number(number).set_e_tag(tag).set_checksum_crc32_c(checksum).build())
}

fn too_large() -> Error {
    Error::new(
        ErrorKind::TooLarge,
        "the content needs more parts than S3 takes; tell its length, or set a larger part size",
    )
}
