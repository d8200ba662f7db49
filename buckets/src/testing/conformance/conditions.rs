//! Writes that go ahead only where their condition holds.

use super::behaviour::behaviours;
use super::failure::{Checked, Failure, ensure};
use super::session::{Session, tag};
use crate::error::{Error, ErrorKind};
use crate::key::Key;
use crate::operation::{Condition, Copy, Delete, ETag, ObjectMeta, OperationKind, Put};

behaviours! { "conditions" {
    if_absent_creates: PUT GET CONDITIONS;
    if_absent_does_not_replace: PUT GET CONDITIONS;
    if_absent_creates_after_a_delete: PUT GET DELETE CONDITIONS;
    if_absent_holds_for_streams: PUT GET CONDITIONS;
    if_match_with_the_tag_replaces: PUT GET CONDITIONS;
    if_match_with_an_old_tag_does_not: PUT GET CONDITIONS;
    if_match_without_an_object_does_not_create: PUT GET CONDITIONS;
    if_exists_replaces_and_does_not_create: PUT GET CONDITIONS;
    if_none_match_replaces_another_version_only: PUT GET CONDITIONS;
    a_failed_condition_names_the_operation: PUT CONDITIONS;
    tags_of_head_and_list_can_be_matched: PUT HEAD LIST CONDITIONS;
    copy_if_absent_creates: PUT GET COPY CONDITIONS;
    copy_if_absent_does_not_replace: PUT GET COPY CONDITIONS;
    copy_if_match_is_about_the_destination: PUT GET COPY CONDITIONS;
    a_chain_of_if_match_loses_no_update: PUT GET CONDITIONS;
}}

async fn if_absent_creates(session: &Session) -> Checked {
    let key = session.key("dir/object")?;
    put_if(session, &key, "new", Condition::if_absent()).await?;
    session.holds(&key, b"new").await
}

async fn if_absent_does_not_replace(session: &Session) -> Checked {
    let key = session.key("object")?;
    put_if(session, &key, "first", Condition::if_absent()).await?;
    fails_if(session, &key, Condition::if_absent(), ErrorKind::AlreadyExists).await?;
    session.holds(&key, b"first").await?;
    session.lists_only(&["object"]).await
}

async fn if_absent_creates_after_a_delete(session: &Session) -> Checked {
    let key = session.key("object")?;
    put_if(session, &key, "first", Condition::if_absent()).await?;
    session.call(Delete::new(key.clone())).await?;
    put_if(session, &key, "second", Condition::if_absent()).await?;
    session.holds(&key, b"second").await
}

async fn if_absent_holds_for_streams(session: &Session) -> Checked {
    let key = session.key("object")?;
    let content = session.large(1);
    let stream = || super::bodies::streamed(super::content::odd_chunks(&content));
    let put = || Put::new(key.clone(), stream()).with_condition(Condition::if_absent());
    session.call(put()).await?;
    session.refused(put(), ErrorKind::AlreadyExists).await?;
    session.holds(&key, &content).await
}

async fn if_match_with_the_tag_replaces(session: &Session) -> Checked {
    let key = session.key("object")?;
    let tag = tag(&session.put(&key, "first").await?)?;
    put_if(session, &key, "second", Condition::if_match(tag)).await?;
    session.holds(&key, b"second").await
}

async fn if_match_with_an_old_tag_does_not(session: &Session) -> Checked {
    let key = session.key("object")?;
    let old = tag(&session.put(&key, "first").await?)?;
    session.put(&key, "second").await?;
    fails_if(session, &key, Condition::if_match(old), ErrorKind::PreconditionFailed).await?;
    session.holds(&key, b"second").await
}

async fn if_match_without_an_object_does_not_create(session: &Session) -> Checked {
    let key = session.key("object")?;
    fails_if(session, &key, Condition::if_match(some_tag()?), ErrorKind::PreconditionFailed).await?;
    session.is_absent(&key).await?;
    session.lists_only(&[]).await
}

async fn if_exists_replaces_and_does_not_create(session: &Session) -> Checked {
    let key = session.key("object")?;
    fails_if(session, &key, Condition::if_exists(), ErrorKind::PreconditionFailed)
        .await
        .map_err(Failure::or_optional)?;
    session.is_absent(&key).await?;
    session.put(&key, "first").await?;
    put_if(session, &key, "second", Condition::if_exists()).await?;
    session.holds(&key, b"second").await
}

async fn if_none_match_replaces_another_version_only(session: &Session) -> Checked {
    let key = session.key("object")?;
    let tag = tag(&session.put(&key, "first").await?)?;
    fails_if(session, &key, Condition::if_none_match(tag), ErrorKind::PreconditionFailed)
        .await
        .map_err(Failure::or_optional)?;
    session.holds(&key, b"first").await?;
    put_if(session, &key, "second", Condition::if_none_match(some_tag()?)).await?;
    session.holds(&key, b"second").await
}

async fn a_failed_condition_names_the_operation(session: &Session) -> Checked {
    let key = session.key("object")?;
    session.put(&key, "first").await?;
    let put = Put::new(key.clone(), "second").with_condition(Condition::if_absent());
    let error = session.refused(put, ErrorKind::AlreadyExists).await?;
    ensure(error.operation() == Some("put"), "the error does not name `put`")?;
    ensure(!error.is_retryable(), "a failed condition is said to be worth a retry")?;
    if session.supports(OperationKind::Copy) {
        let copy = Copy::new(key.clone(), key).with_condition(Condition::if_absent());
        let error = session.refused(copy, ErrorKind::AlreadyExists).await?;
        ensure(error.operation() == Some("copy"), "the error does not name `copy`")?;
    }
    Ok(())
}

async fn tags_of_head_and_list_can_be_matched(session: &Session) -> Checked {
    let key = session.key("object")?;
    session.put(&key, "first").await?;
    let head = tag(&session.head(&key).await?)?;
    put_if(session, &key, "second", Condition::if_match(head)).await?;
    let page = session.call(crate::operation::List::new(session.prefix("")?)).await?;
    if let Some(listed) = page.objects.first().and_then(|meta| meta.etag.clone()) {
        put_if(session, &key, "third", Condition::if_match(listed)).await?;
    }
    Ok(())
}

async fn copy_if_absent_creates(session: &Session) -> Checked {
    let (source, copy) = (session.key("source")?, session.key("copy")?);
    session.put(&source, "content").await?;
    session.call(Copy::new(source, copy.clone()).with_condition(Condition::if_absent())).await?;
    session.holds(&copy, b"content").await
}

async fn copy_if_absent_does_not_replace(session: &Session) -> Checked {
    let (source, copy) = (session.key("source")?, session.key("copy")?);
    session.put(&source, "content").await?;
    session.put(&copy, "old").await?;
    let if_absent = Copy::new(source, copy.clone()).with_condition(Condition::if_absent());
    session.refused(if_absent, ErrorKind::AlreadyExists).await?;
    session.holds(&copy, b"old").await
}

async fn copy_if_match_is_about_the_destination(session: &Session) -> Checked {
    let (source, copy) = (session.key("source")?, session.key("copy")?);
    let of_source = tag(&session.put(&source, "content").await?)?;
    let of_copy = tag(&session.put(&copy, "old").await?)?;
    let copy_if = |tag| Copy::new(source.clone(), copy.clone()).with_condition(Condition::if_match(tag));
    let refused = session.refused(copy_if(of_source), ErrorKind::PreconditionFailed).await;
    refused.map_err(Failure::or_optional)?;
    session.holds(&copy, b"old").await?;
    session.call(copy_if(of_copy)).await?;
    session.holds(&copy, b"content").await
}

async fn a_chain_of_if_match_loses_no_update(session: &Session) -> Checked {
    let key = session.key("object")?;
    let mut last = tag(&session.put(&key, "0").await?)?;
    for round in 1..=10 {
        let meta = put_if(session, &key, round.to_string(), Condition::if_match(last.clone())).await?;
        fails_if(session, &key, Condition::if_match(last), ErrorKind::PreconditionFailed).await?;
        last = tag(&meta)?;
    }
    session.holds(&key, b"10").await
}

async fn put_if(
    session: &Session,
    key: &Key,
    content: impl Into<String>,
    condition: Condition,
) -> Result<ObjectMeta, Error> {
    Ok(session.call(Put::new(key.clone(), content.into()).with_condition(condition)).await?.meta)
}

async fn fails_if(session: &Session, key: &Key, condition: Condition, kind: ErrorKind) -> Checked {
    let put = Put::new(key.clone(), "must not be stored").with_condition(condition);
    session.refused(put, kind).await.map(drop)
}

/// A well-formed tag that no object here has.
fn some_tag() -> Result<ETag, Error> {
    ETag::new("0123456789abcdef0123456789abcdef")
}
