use bytes::Bytes;
use futures_util::StreamExt;

use crate::body::PutBody;
use crate::error::Result;

/// The content type that a file name's extension stands for.
pub fn content_type_by_extension(filename: &str) -> Option<&'static str> {
    mime_guess::from_path(filename).first_raw()
}

/// The content type that the first bytes of a content show; the first 8 KiB are enough.
pub fn content_type_by_magic(beginning: &[u8]) -> Option<&'static str> {
    infer::get(beginning).map(|found| found.mime_type())
}

/// Looks at the first bytes of `body` and gives it back whole.
pub(super) async fn sniff(mut body: PutBody) -> Result<(Option<&'static str>, PutBody)> {
    if let Some(bytes) = body.as_bytes() {
        return Ok((content_type_by_magic(bytes), body));
    }
    if let Some(mut copy) = body.try_clone() {
        let beginning = copy.next().await.transpose()?;
        return Ok((beginning.as_deref().and_then(content_type_by_magic), body));
    }
    let remaining = body.remaining();
    let beginning = body.next().await.transpose()?;
    let found = beginning.as_deref().and_then(content_type_by_magic);
    let rest = futures_util::stream::unfold(body, |mut body| async { Some((body.next().await?, body)) });
    let whole = PutBody::from_stream(futures_util::stream::iter(beginning.map(Ok::<Bytes, _>)).chain(rest));
    Ok((
        found,
        match remaining {
            Some(len) => whole.with_exact_len(len),
            None => whole,
        },
    ))
}
