//! Dropped futures: whatever was going on happened whole or not at all.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use bytes::Bytes;
use futures_util::future::{Either, select};
use futures_util::{StreamExt, stream};
use tokio::sync::Notify;

use super::behaviour::behaviours;
use super::content::odd_chunks;
use super::failure::{Checked, Failure, ensure};
use super::session::Session;
use crate::body::PutBody;
use crate::key::Key;
use crate::operation::{Condition, Copy, Delete, Operation, Put};

behaviours! { "cancellation" {
    an_upload_dropped_midway_creates_nothing: PUT GET;
    an_upload_dropped_midway_leaves_the_old_object: PUT GET;
    a_large_upload_dropped_midway_leaves_the_old_object: PUT GET;
    an_upload_dropped_before_its_first_byte_creates_nothing: PUT GET;
    a_create_dropped_midway_leaves_the_key_free: PUT GET CONDITIONS;
    many_dropped_uploads_leave_no_trace: PUT GET;
    a_put_dropped_at_any_point_is_whole_or_not_at_all: PUT GET;
    a_copy_dropped_at_any_point_is_whole_or_not_at_all: PUT GET COPY;
    a_delete_dropped_at_any_point_is_whole_or_not_at_all: PUT GET DELETE;
    the_store_works_on_after_dropped_reads: PUT GET;
}}

/// The operations are dropped after this many polls and fewer.
const POLLS: usize = 16;

async fn an_upload_dropped_midway_creates_nothing(session: &Session) -> Checked {
    let key = session.key("object")?;
    drop_midway(session, |body| Put::new(key.clone(), body), session.content(1, 100_000)).await?;
    session.is_absent(&key).await?;
    session.lists_only(&[]).await
}

async fn an_upload_dropped_midway_leaves_the_old_object(session: &Session) -> Checked {
    old_survives(session, session.content(1, 100_000)).await
}

async fn a_large_upload_dropped_midway_leaves_the_old_object(session: &Session) -> Checked {
    old_survives(session, session.large(1)).await
}

async fn old_survives(session: &Session, begin: Bytes) -> Checked {
    let key = session.key("object")?;
    session.put(&key, "old").await?;
    drop_midway(session, |body| Put::new(key.clone(), body), begin).await?;
    session.holds(&key, b"old").await?;
    session.lists_only(&["object"]).await
}

async fn an_upload_dropped_before_its_first_byte_creates_nothing(session: &Session) -> Checked {
    let key = session.key("object")?;
    drop_midway(session, |body| Put::new(key.clone(), body), Bytes::new()).await?;
    session.is_absent(&key).await?;
    session.lists_only(&[]).await
}

async fn a_create_dropped_midway_leaves_the_key_free(session: &Session) -> Checked {
    let key = session.key("object")?;
    let create = |body: PutBody| Put::new(key.clone(), body).with_condition(Condition::if_absent());
    drop_midway(session, create, session.content(1, 100_000)).await?;
    session.call(create("new".into())).await?;
    session.holds(&key, b"new").await
}

async fn many_dropped_uploads_leave_no_trace(session: &Session) -> Checked {
    for number in 0..10 {
        let key = session.key(&format!("dir/object-{number}"))?;
        drop_midway(session, |body| Put::new(key.clone(), body), session.content(number, 10_000)).await?;
    }
    session.lists_only(&[]).await?;
    session.put(&session.key("after")?, "content").await?;
    session.lists_only(&["after"]).await
}

/// Starts the upload, drops it when the store has asked for more than `begin`.
async fn drop_midway(session: &Session, put: impl Fn(PutBody) -> Put, begin: Bytes) -> Checked {
    let stalled = Arc::new(Notify::new());
    let told = Arc::clone(&stalled);
    let stall = stream::poll_fn(move |_| {
        told.notify_one();
        Poll::Pending::<Option<io::Result<Bytes>>>
    });
    let begin = stream::iter(odd_chunks(&begin).into_iter().map(Ok));
    let upload = Box::pin(session.call(put(PutBody::from_stream(begin.chain(stall)))));
    match select(upload, pin!(stalled.notified())).await {
        Either::Left((Ok(_), _)) => Err(Failure::new("the put succeeded before its content had ended")),
        Either::Left((Err(error), _)) => Err(error.into()),
        Either::Right(((), upload)) => {
            drop(upload);
            Ok(())
        }
    }
}

async fn a_put_dropped_at_any_point_is_whole_or_not_at_all(session: &Session) -> Checked {
    let (old, new) = (session.content(1, 5000), session.content(2, 300_000));
    for polls in 0..POLLS {
        let key = session.key(&format!("object-{polls}"))?;
        session.put(&key, old.clone()).await?;
        let done = drop_after(session, Put::new(key.clone(), slow(&new)), polls).await?;
        either(session, &key, &old, &new, done).await?;
    }
    Ok(())
}

/// A source that is not ready before any of its chunks, so that the put can be dropped at each.
fn slow(content: &Bytes) -> PutBody {
    PutBody::from_stream(stream::iter(odd_chunks(content)).then(async |chunk| {
        tokio::task::yield_now().await;
        Ok::<_, io::Error>(chunk)
    }))
}

async fn a_copy_dropped_at_any_point_is_whole_or_not_at_all(session: &Session) -> Checked {
    let (old, new) = (session.content(1, 5000), session.content(2, 300_000));
    let source = session.key("source")?;
    session.put(&source, new.clone()).await?;
    for polls in 0..POLLS {
        let key = session.key(&format!("object-{polls}"))?;
        session.put(&key, old.clone()).await?;
        let done = drop_after(session, Copy::new(source.clone(), key.clone()), polls).await?;
        either(session, &key, &old, &new, done).await?;
    }
    session.holds(&source, &new).await
}

async fn a_delete_dropped_at_any_point_is_whole_or_not_at_all(session: &Session) -> Checked {
    for polls in 0..POLLS {
        let key = session.key(&format!("object-{polls}"))?;
        session.put(&key, "content").await?;
        let done = drop_after(session, Delete::new(key.clone()), polls).await?;
        match session.get(&key).await {
            Ok(_) if done => return Err(Failure::new("the object is there after its deletion")),
            Ok(fetched) => ensure(session.collect(fetched.body).await? == "content", "the object was damaged")?,
            Err(error) if error.kind() == crate::ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

async fn the_store_works_on_after_dropped_reads(session: &Session) -> Checked {
    let key = session.key("object")?;
    let content = session.large(1);
    session.put(&key, content.clone()).await?;
    for polls in 0..POLLS {
        drop_after(session, crate::operation::Get::new(key.clone()), polls).await?;
    }
    session.holds(&key, &content).await
}

/// Polls the operation so often and drops it; whether it had succeeded by then.
async fn drop_after<O: Operation>(session: &Session, operation: O, polls: usize) -> Result<bool, Failure> {
    let mut work = Box::pin(session.call(operation));
    let mut polled = 0;
    let answer = std::future::poll_fn(|context| {
        if polled == polls {
            return Poll::Ready(None);
        }
        polled += 1;
        work.as_mut().poll(context).map(Some)
    });
    match answer.await {
        Some(Ok(_)) => Ok(true),
        Some(Err(error)) => Err(error.into()),
        None => Ok(false),
    }
}

/// Expects the new object if the write is done, else the old or the new one.
async fn either(session: &Session, key: &Key, old: &[u8], new: &[u8], done: bool) -> Checked {
    let (_, content) = session.read(key).await?;
    if done {
        return ensure(content == new, "the write succeeded, and the object is not the new one");
    }
    ensure(content == old || content == new, "the object is neither the old nor the new one")
}
