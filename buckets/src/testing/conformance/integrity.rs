//! A put whose content is not what was announced fails whole.

use bytes::Bytes;
use futures_util::{StreamExt, stream};

use super::behaviour::behaviours;
use super::bodies::streamed;
use super::content::odd_chunks;
use super::failure::{Checked, ensure, same};
use super::session::Session;
use crate::body::PutBody;
use crate::error::{Error, ErrorKind};
use crate::operation::{Checksum, OperationKind, Put};

behaviours! { "integrity" {
    content_shorter_than_declared_is_interrupted: PUT GET;
    content_longer_than_declared_is_a_protocol_error: PUT GET;
    bytes_of_another_length_than_declared_are_refused: PUT GET;
    a_file_that_has_changed_its_length_is_refused: PUT GET;
    an_absurd_declared_length_is_survived: PUT GET;
    a_source_that_fails_at_once_is_interrupted: PUT GET;
    a_source_that_fails_midway_is_interrupted: PUT GET;
    a_source_that_fails_late_in_a_large_upload_is_interrupted: PUT GET;
    a_typed_error_of_the_source_keeps_its_kind: PUT GET;
    the_right_checksum_is_taken: PUT GET CHECKSUMS;
    a_wrong_checksum_is_refused: PUT GET CHECKSUMS;
    a_wrong_checksum_of_a_stream_is_refused: PUT GET CHECKSUMS;
    a_large_upload_with_a_wrong_checksum_is_refused: PUT GET CHECKSUMS;
}}

async fn content_shorter_than_declared_is_interrupted(session: &Session) -> Checked {
    let content = session.content(1, 70_000);
    let short = || streamed(odd_chunks(&content)).with_exact_len(70_001);
    fails_whole(session, || short().into(), ErrorKind::Interrupted).await
}

async fn content_longer_than_declared_is_a_protocol_error(session: &Session) -> Checked {
    let content = session.content(1, 70_000);
    let long = || streamed(odd_chunks(&content)).with_exact_len(69_999);
    fails_whole(session, || long().into(), ErrorKind::Protocol).await
}

async fn bytes_of_another_length_than_declared_are_refused(session: &Session) -> Checked {
    let bytes = |declared| PutBody::from(session.content(1, 100)).with_exact_len(declared);
    fails_whole(session, || bytes(101).into(), ErrorKind::Interrupted).await?;
    fails_whole(session, || bytes(99).into(), ErrorKind::Protocol).await
}

async fn a_file_that_has_changed_its_length_is_refused(session: &Session) -> Checked {
    let file = tempfile::NamedTempFile::new()?.into_temp_path();
    for (len, kind) in [(900, ErrorKind::Interrupted), (1100, ErrorKind::Protocol)] {
        tokio::fs::write(&file, session.content(1, 1000)).await?;
        let bodies = [PutBody::from_path(file.to_path_buf()).await?, PutBody::from_path(file.to_path_buf()).await?];
        tokio::fs::write(&file, session.content(1, len)).await?;
        let mut bodies = bodies.into_iter();
        fails_whole(session, || bodies.next().unwrap_or_default().into(), kind).await?;
    }
    Ok(())
}

async fn an_absurd_declared_length_is_survived(session: &Session) -> Checked {
    let key = session.key("object")?;
    let body = streamed(odd_chunks(&session.content(1, 1000))).with_exact_len(u64::MAX / 2);
    match session.put(&key, body).await.map_err(|error| error.kind()) {
        // Refused for its length, or read and found too short.
        Err(ErrorKind::TooLarge | ErrorKind::QuotaExceeded | ErrorKind::InvalidInput | ErrorKind::Interrupted) => {}
        other => return same("put", other.map(drop), Err(ErrorKind::Interrupted)),
    }
    session.is_absent(&key).await
}

async fn a_source_that_fails_at_once_is_interrupted(session: &Session) -> Checked {
    fails_whole(session, || failing(Bytes::new(), broken()).into(), ErrorKind::Interrupted).await
}

async fn a_source_that_fails_midway_is_interrupted(session: &Session) -> Checked {
    let begin = session.content(1, 100_000);
    fails_whole(session, || failing(begin.clone(), broken()).into(), ErrorKind::Interrupted).await
}

async fn a_source_that_fails_late_in_a_large_upload_is_interrupted(session: &Session) -> Checked {
    let begin = session.large(1);
    fails_whole(session, || failing(begin.clone(), broken()).into(), ErrorKind::Interrupted).await
}

async fn a_typed_error_of_the_source_keeps_its_kind(session: &Session) -> Checked {
    let typed = || std::io::Error::from(Error::new(ErrorKind::TooLarge, "the upload is larger than allowed"));
    let begin = session.content(1, 1000);
    fails_whole(session, || failing(begin.clone(), typed()).into(), ErrorKind::TooLarge).await
}

async fn the_right_checksum_is_taken(session: &Session) -> Checked {
    let key = session.key("object")?;
    let content = session.content(1, 70_000);
    let checksum = Checksum::of(&content);
    session.call(Put::new(key.clone(), content.clone()).with_checksum(checksum)).await?;
    session.call(Put::new(key.clone(), streamed(odd_chunks(&content))).with_checksum(checksum)).await?;
    session.holds(&key, &content).await
}

async fn a_wrong_checksum_is_refused(session: &Session) -> Checked {
    let content = session.content(1, 1000);
    wrong_checksum(session, || content.clone().into()).await
}

async fn a_wrong_checksum_of_a_stream_is_refused(session: &Session) -> Checked {
    let content = session.content(1, 70_000);
    wrong_checksum(session, || streamed(odd_chunks(&content))).await
}

async fn a_large_upload_with_a_wrong_checksum_is_refused(session: &Session) -> Checked {
    let content = session.large(1);
    wrong_checksum(session, || streamed(odd_chunks(&content))).await
}

async fn wrong_checksum(session: &Session, body: impl Fn() -> PutBody) -> Checked {
    let other = Checksum::of(b"another content");
    fails_whole(session, || Upload { body: body(), checksum: Some(other) }, ErrorKind::ChecksumMismatch).await
}

struct Upload {
    body: PutBody,
    checksum: Option<Checksum>,
}

impl From<PutBody> for Upload {
    fn from(body: PutBody) -> Self {
        Self { body, checksum: None }
    }
}

/// Expects the upload to fail with `kind`, with and without an object in its place, and to leave no trace.
async fn fails_whole(session: &Session, mut upload: impl FnMut() -> Upload, kind: ErrorKind) -> Checked {
    let (fresh, taken) = (session.key("fresh")?, session.key("taken")?);
    let old = session.content(99, 5000);
    let meta = session.put(&taken, old.clone()).await?;
    for key in [&fresh, &taken] {
        let Upload { body, checksum } = upload();
        let mut put = Put::new(key.clone(), body);
        put.checksum = checksum;
        session.refused(put, kind).await?;
    }
    session.is_absent(&fresh).await?;
    session.holds(&taken, &old).await?;
    if session.supports(OperationKind::Head) {
        ensure(session.head(&taken).await?.etag == meta.etag, "the old object has another tag now")?;
    }
    session.lists_only(&["taken"]).await
}

fn failing(begin: Bytes, error: std::io::Error) -> PutBody {
    let chunks = odd_chunks(&begin).into_iter().map(Ok);
    PutBody::from_stream(stream::iter(chunks).chain(stream::iter([Err(error)])))
}

fn broken() -> std::io::Error {
    std::io::Error::other("the client went away")
}
