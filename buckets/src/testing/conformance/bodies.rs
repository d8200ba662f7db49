//! Contents from every kind of source.

use bytes::Bytes;
use futures_util::stream;
use http_body::Frame;
use http_body_util::{Full, StreamBody};

use super::behaviour::behaviours;
use super::content::odd_chunks;
use super::failure::{Checked, same, same_content};
use super::session::Session;
use crate::body::PutBody;

behaviours! { "bodies" {
    a_stream_of_unknown_length: PUT GET;
    a_large_stream_of_unknown_length: PUT GET;
    an_empty_stream_of_unknown_length: PUT GET;
    a_stream_of_known_length: PUT GET;
    a_stream_with_empty_chunks: PUT GET;
    a_stream_of_single_bytes: PUT GET;
    a_reader: PUT GET;
    a_file: PUT GET;
    an_empty_file: PUT GET;
    an_http_body_with_trailers: PUT GET;
    a_replayable_body: PUT GET;
    a_download_passed_on: PUT GET;
    progress_counts_every_byte: PUT;
}}

async fn a_stream_of_unknown_length(session: &Session) -> Checked {
    let content = session.content(1, 200_003);
    arrives(session, streamed(odd_chunks(&content)), &content).await
}

async fn a_large_stream_of_unknown_length(session: &Session) -> Checked {
    let content = session.large(1);
    arrives(session, streamed(odd_chunks(&content)), &content).await
}

async fn an_empty_stream_of_unknown_length(session: &Session) -> Checked {
    arrives(session, streamed(Vec::new()), &[]).await
}

async fn a_stream_of_known_length(session: &Session) -> Checked {
    let content = session.content(1, 200_003);
    arrives(session, streamed(odd_chunks(&content)).with_exact_len(200_003), &content).await
}

async fn a_stream_with_empty_chunks(session: &Session) -> Checked {
    let content = session.content(1, 3000);
    let empty = Bytes::new();
    let chunks = vec![empty.clone(), content.slice(..1000), empty.clone(), empty.clone(), content.slice(1000..), empty];
    arrives(session, streamed(chunks), &content).await
}

async fn a_stream_of_single_bytes(session: &Session) -> Checked {
    let content = session.content(1, 300);
    let chunks = (0..content.len()).map(|at| content.slice(at..=at)).collect();
    arrives(session, streamed(chunks), &content).await
}

async fn a_reader(session: &Session) -> Checked {
    let content = session.content(1, 70_001);
    arrives(session, PutBody::from_reader(std::io::Cursor::new(content.clone())), &content).await
}

async fn a_file(session: &Session) -> Checked {
    from_file(session, &session.content(1, 600_001)).await
}

async fn an_empty_file(session: &Session) -> Checked {
    from_file(session, &[]).await
}

async fn from_file(session: &Session, content: &[u8]) -> Checked {
    let file = tempfile::NamedTempFile::new()?.into_temp_path();
    tokio::fs::write(&file, content).await?;
    arrives(session, PutBody::from_path(file.to_path_buf()).await?, content).await?;
    same_content("the file that was stored", &tokio::fs::read(&file).await?, content)
}

async fn an_http_body_with_trailers(session: &Session) -> Checked {
    let content = session.content(1, 3000);
    let mut trailers = http::HeaderMap::new();
    trailers.insert("x-checksum", http::HeaderValue::from_static("00"));
    let frames = [
        Ok::<_, std::io::Error>(Frame::data(content.slice(..1000))),
        Ok(Frame::data(content.slice(1000..))),
        Ok(Frame::trailers(trailers)),
    ];
    arrives(session, PutBody::from_body(StreamBody::new(stream::iter(frames))), &content).await
}

async fn a_replayable_body(session: &Session) -> Checked {
    let content = session.content(1, 3000);
    let again = content.clone();
    arrives(session, PutBody::replayable(move || Full::new(again.clone())), &content).await
}

async fn a_download_passed_on(session: &Session) -> Checked {
    let (from, to) = (session.key("from")?, session.key("to")?);
    let content = session.content(1, 300_001);
    session.put(&from, content.clone()).await?;
    let download = session.get(&from).await?.body;
    session.put(&to, download).await?;
    session.holds(&to, &content).await
}

async fn progress_counts_every_byte(session: &Session) -> Checked {
    let key = session.key("object")?;
    let content = session.content(1, 100_000);
    for mut body in [PutBody::from(content.clone()), streamed(odd_chunks(&content))] {
        let progress = body.progress();
        session.put(&key, body).await?;
        same("bytes counted", progress.load(std::sync::atomic::Ordering::Relaxed), 100_000)?;
    }
    Ok(())
}

/// A body of unknown length.
pub(super) fn streamed(chunks: Vec<Bytes>) -> PutBody {
    PutBody::from_stream(stream::iter(chunks.into_iter().map(Ok::<_, std::io::Error>)))
}

async fn arrives(session: &Session, body: PutBody, content: &[u8]) -> Checked {
    let key = session.key("object")?;
    let meta = session.put(&key, body).await?;
    same("size in the answer to `put`", meta.size, content.len() as u64)?;
    session.holds(&key, content).await
}
