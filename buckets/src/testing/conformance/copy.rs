//! Copying within the store.

use super::behaviour::behaviours;
use super::failure::{Checked, ensure, same};
use super::put::same_attributes;
use super::session::Session;
use crate::error::ErrorKind;
use crate::operation::{Attributes, Checksum, Copy, Delete, OperationKind, Put};

behaviours! { "copy" {
    the_copy_has_the_content: PUT GET COPY;
    an_empty_object_is_copied: PUT GET COPY;
    a_large_object_is_copied: PUT GET COPY;
    the_answer_describes_the_copy: PUT COPY HEAD;
    the_copy_has_the_checksum: PUT COPY CHECKSUMS;
    the_copy_has_the_attributes: PUT COPY HEAD ATTRIBUTES;
    the_copy_replaces_what_was_there: PUT GET COPY;
    the_copy_replaces_the_attributes_that_were_there: PUT COPY HEAD ATTRIBUTES;
    the_source_stays: PUT GET COPY;
    a_missing_source_is_not_found: PUT GET COPY;
    deleting_the_source_leaves_the_copy: PUT GET COPY DELETE;
    overwriting_the_source_leaves_the_copy: PUT GET COPY;
    overwriting_the_copy_leaves_the_source: PUT GET COPY;
    an_object_copied_onto_itself_stays_whole: PUT GET COPY;
    a_copy_into_a_new_directory: PUT GET COPY;
}}

async fn the_copy_has_the_content(session: &Session) -> Checked {
    copies(session, 5000).await
}

async fn an_empty_object_is_copied(session: &Session) -> Checked {
    copies(session, 0).await
}

async fn a_large_object_is_copied(session: &Session) -> Checked {
    copies(session, session.options().large_len).await
}

async fn copies(session: &Session, len: usize) -> Checked {
    let (source, copy) = (session.key("source")?, session.key("copy")?);
    let content = session.content(1, len);
    session.put(&source, content.clone()).await?;
    session.call(Copy::new(source, copy.clone())).await?;
    session.holds(&copy, &content).await
}

async fn the_answer_describes_the_copy(session: &Session) -> Checked {
    let (source, copy) = (session.key("source")?, session.key("copy")?);
    session.put(&source, session.content(1, 777)).await?;
    let answer = session.call(Copy::new(source, copy.clone())).await?.meta;
    ensure(answer.key == copy, "the answer tells another key than the destination")?;
    same("size in the answer", answer.size, 777)?;
    same("tag in the answer", answer.etag, session.head(&copy).await?.etag)
}

async fn the_copy_has_the_checksum(session: &Session) -> Checked {
    let (source, copy) = (session.key("source")?, session.key("copy")?);
    let content = session.content(1, 777);
    session.put(&source, content.clone()).await?;
    let answer = session.call(Copy::new(source, copy.clone())).await?.meta;
    same("checksum in the answer", answer.checksum, Some(Checksum::of(&content)))?;
    if session.supports(OperationKind::Head) {
        same("checksum of the copy", session.head(&copy).await?.checksum, Some(Checksum::of(&content)))?;
    }
    Ok(())
}

async fn the_copy_has_the_attributes(session: &Session) -> Checked {
    let (source, copy) = (session.key("source")?, session.key("copy")?);
    let attributes = Attributes::new()
        .with_content_type("image/png")?
        .with_cache_control("no-store")?
        .with_content_disposition("inline")?
        .with_metadata("a", "b")?;
    session.call(Put::new(source.clone(), "png").with_attributes(attributes.clone())).await?;
    session.call(Copy::new(source, copy.clone())).await?;
    same_attributes("the copy", &session.head(&copy).await?.attributes, &attributes)
}

async fn the_copy_replaces_what_was_there(session: &Session) -> Checked {
    let (source, copy) = (session.key("source")?, session.key("copy")?);
    session.put(&copy, session.content(1, 9000)).await?;
    session.put(&source, "short").await?;
    session.call(Copy::new(source, copy.clone())).await?;
    session.holds(&copy, b"short").await?;
    session.lists_only(&["copy", "source"]).await
}

async fn the_copy_replaces_the_attributes_that_were_there(session: &Session) -> Checked {
    let (source, copy) = (session.key("source")?, session.key("copy")?);
    let old = Attributes::new().with_content_type("image/png")?.with_metadata("old", "1")?;
    let new = Attributes::new().with_content_type("image/webp")?.with_metadata("new", "2")?;
    session.call(Put::new(copy.clone(), "1").with_attributes(old)).await?;
    session.call(Put::new(source.clone(), "2").with_attributes(new.clone())).await?;
    session.call(Copy::new(source, copy.clone())).await?;
    same_attributes("the copy", &session.head(&copy).await?.attributes, &new)
}

async fn the_source_stays(session: &Session) -> Checked {
    let (source, copy) = (session.key("source")?, session.key("copy")?);
    session.put(&source, "content").await?;
    session.call(Copy::new(source.clone(), copy)).await?;
    session.holds(&source, b"content").await?;
    session.lists_only(&["copy", "source"]).await
}

async fn a_missing_source_is_not_found(session: &Session) -> Checked {
    let (missing, fresh, taken) = (session.key("missing")?, session.key("fresh")?, session.key("taken")?);
    session.put(&taken, "old").await?;
    session.refused(Copy::new(missing.clone(), fresh.clone()), ErrorKind::NotFound).await?;
    session.refused(Copy::new(missing, taken.clone()), ErrorKind::NotFound).await?;
    session.is_absent(&fresh).await?;
    session.holds(&taken, b"old").await?;
    session.lists_only(&["taken"]).await
}

async fn deleting_the_source_leaves_the_copy(session: &Session) -> Checked {
    let (source, copy) = (session.key("source")?, session.key("copy")?);
    let content = session.content(1, 5000);
    session.put(&source, content.clone()).await?;
    session.call(Copy::new(source.clone(), copy.clone())).await?;
    session.call(Delete::new(source.clone())).await?;
    session.is_absent(&source).await?;
    session.holds(&copy, &content).await
}

async fn overwriting_the_source_leaves_the_copy(session: &Session) -> Checked {
    let (source, copy) = (session.key("source")?, session.key("copy")?);
    session.put(&source, "first").await?;
    session.call(Copy::new(source.clone(), copy.clone())).await?;
    session.put(&source, "second").await?;
    session.holds(&copy, b"first").await
}

async fn overwriting_the_copy_leaves_the_source(session: &Session) -> Checked {
    let (source, copy) = (session.key("source")?, session.key("copy")?);
    session.put(&source, "first").await?;
    session.call(Copy::new(source.clone(), copy.clone())).await?;
    session.put(&copy, "second").await?;
    session.holds(&source, b"first").await
}

async fn an_object_copied_onto_itself_stays_whole(session: &Session) -> Checked {
    let key = session.key("object")?;
    let content = session.content(1, 5000);
    session.put(&key, content.clone()).await?;
    match session.call(Copy::new(key.clone(), key.clone())).await {
        // Some stores refuse a copy that changes nothing.
        Ok(_) => {}
        Err(error) => same("refusal", error.kind(), ErrorKind::InvalidInput)?,
    }
    session.holds(&key, &content).await?;
    session.lists_only(&["object"]).await
}

async fn a_copy_into_a_new_directory(session: &Session) -> Checked {
    let (source, copy) = (session.key("source")?, session.key("new/dir/copy")?);
    session.put(&source, "content").await?;
    session.call(Copy::new(source, copy.clone())).await?;
    session.holds(&copy, b"content").await
}
