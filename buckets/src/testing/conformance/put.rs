//! Storing: the content comes back, the answer describes it, and it replaces what was there.

use std::time::{Duration, SystemTime};

use super::behaviour::behaviours;
use super::failure::{Checked, Failure, ensure, same};
use super::session::{Session, tag};
use crate::operation::{Attributes, Checksum, ObjectMeta, Put};

behaviours! { "put" {
    empty_content_comes_back: PUT GET;
    one_byte_comes_back: PUT GET;
    text_comes_back: PUT GET;
    every_byte_value_comes_back: PUT GET;
    content_around_64_kib_comes_back: PUT GET;
    large_content_comes_back: PUT GET;
    replaces_what_was_there: PUT GET;
    replaces_longer_by_shorter_and_empty: PUT GET;
    the_answer_tells_key_and_size: PUT;
    the_answer_tells_the_checksum: PUT CHECKSUMS;
    tag_and_checksum_change_with_the_content: PUT;
    the_tag_changes_back_and_forth_without_repeating_another_content: PUT;
    last_modified_is_told_and_does_not_run_backwards: PUT HEAD;
    attributes_are_kept: PUT HEAD ATTRIBUTES;
    the_longest_metadata_is_kept: PUT HEAD ATTRIBUTES;
    attributes_are_replaced_with_the_object: PUT HEAD ATTRIBUTES;
    an_object_without_attributes_has_none: PUT HEAD ATTRIBUTES;
}}

async fn empty_content_comes_back(session: &Session) -> Checked {
    comes_back(session, &[]).await
}

async fn one_byte_comes_back(session: &Session) -> Checked {
    comes_back(session, b"\n").await
}

async fn text_comes_back(session: &Session) -> Checked {
    comes_back(session, "Zeile eins\r\n第二行\n\n\u{feff}e\u{301} é 🗝".as_bytes()).await
}

async fn every_byte_value_comes_back(session: &Session) -> Checked {
    let all: Vec<u8> = (0..=255).chain((0..=255).rev()).collect();
    comes_back(session, &all).await
}

async fn content_around_64_kib_comes_back(session: &Session) -> Checked {
    for len in [65_535, 65_536, 65_537] {
        comes_back(session, &session.content(1, len)).await?;
    }
    Ok(())
}

async fn large_content_comes_back(session: &Session) -> Checked {
    comes_back(session, &session.large(1)).await
}

async fn comes_back(session: &Session, content: &[u8]) -> Checked {
    let key = session.key("object")?;
    session.put(&key, content.to_vec()).await?;
    session.holds(&key, content).await
}

async fn replaces_what_was_there(session: &Session) -> Checked {
    let key = session.key("object")?;
    for label in 1..=3 {
        let content = session.content(label, 5000);
        session.put(&key, content.clone()).await?;
        session.holds(&key, &content).await?;
    }
    session.lists_only(&["object"]).await
}

async fn replaces_longer_by_shorter_and_empty(session: &Session) -> Checked {
    let key = session.key("object")?;
    for len in [100_000, 10, 0] {
        let content = session.content(1, len);
        session.put(&key, content.clone()).await?;
        session.holds(&key, &content).await?;
    }
    Ok(())
}

async fn the_answer_tells_key_and_size(session: &Session) -> Checked {
    let key = session.key("object")?;
    for len in [0, 4321] {
        let meta = session.put(&key, session.content(1, len)).await?;
        ensure(meta.key == key, "the answer tells another key")?;
        same("size in the answer", meta.size, len as u64)?;
    }
    Ok(())
}

async fn the_answer_tells_the_checksum(session: &Session) -> Checked {
    for len in [0, 4321] {
        let content = session.content(1, len);
        let meta = session.put(&session.key("object")?, content.clone()).await?;
        same("checksum in the answer", meta.checksum, Some(Checksum::of(&content)))?;
    }
    Ok(())
}

async fn tag_and_checksum_change_with_the_content(session: &Session) -> Checked {
    let key = session.key("object")?;
    // Of one length, and stored within one tick of a coarse clock.
    let one = session.put(&key, session.content(1, 1000)).await?;
    let two = session.put(&key, session.content(2, 1000)).await?;
    ensure(tag(&one)? != tag(&two)?, "another content has the same tag")?;
    ensure(one.checksum.is_none() || one.checksum != two.checksum, "another content has the same checksum")
}

async fn the_tag_changes_back_and_forth_without_repeating_another_content(session: &Session) -> Checked {
    let key = session.key("object")?;
    let mut tags = Vec::new();
    for round in 0..8 {
        let label = round % 2;
        tags.push((label, tag(&session.put(&key, session.content(label, 64)).await?)?));
    }
    let clash = tags.iter().any(|(label, tag)| tags.iter().any(|(other, same)| other != label && same == tag));
    ensure(!clash, "two contents have had the same tag")
}

async fn last_modified_is_told_and_does_not_run_backwards(session: &Session) -> Checked {
    let key = session.key("object")?;
    session.put(&key, "one").await?;
    let first = last_modified(session.head(&key).await?)?;
    session.put(&key, "two").await?;
    let second = last_modified(session.head(&key).await?)?;
    let year_2000 = SystemTime::UNIX_EPOCH + Duration::from_secs(946_684_800);
    ensure(first > year_2000, "the object was last modified before the year 2000")?;
    ensure(second >= first, "the replaced object is newer than the one that replaced it")
}

fn last_modified(meta: ObjectMeta) -> Result<SystemTime, Failure> {
    meta.last_modified.ok_or_else(|| Failure::optional("the store has no times of modification"))
}

async fn attributes_are_kept(session: &Session) -> Checked {
    let key = session.key("object")?;
    let attributes = Attributes::new()
        .with_content_type("text/html; charset=utf-8")?
        .with_cache_control("private, max-age=60")?
        .with_content_disposition("attachment; filename=\"a b.html\"; filename*=UTF-8''%e2%82%ac.html")?
        .with_metadata("customer", "No. 4711 = \"A & B\"; 50%")?
        .with_metadata("x-2", "+/=?,:")?;
    keeps(session, Put::new(key, "<p>"), attributes).await
}

async fn the_longest_metadata_is_kept(session: &Session) -> Checked {
    let value = "v".repeat(Attributes::MAX_METADATA_LEN / 2 - 5);
    let attributes = Attributes::new()
        .with_content_type("text/plain")?
        .with_metadata("first", value.clone())?
        .with_metadata("other", value)?;
    keeps(session, Put::new(session.key("object")?, "x"), attributes).await
}

async fn keeps(session: &Session, put: Put, attributes: Attributes) -> Checked {
    let key = put.key.clone();
    let stored = session.call(put.with_attributes(attributes.clone())).await?;
    same_attributes("the answer to `put`", &stored.meta.attributes, &attributes)?;
    same_attributes("the answer to `head`", &session.head(&key).await?.attributes, &attributes)
}

async fn attributes_are_replaced_with_the_object(session: &Session) -> Checked {
    let key = session.key("object")?;
    let old = Attributes::new().with_content_type("image/png")?.with_metadata("old", "1")?;
    let new = Attributes::new().with_content_type("image/webp")?.with_metadata("new", "2")?;
    session.call(Put::new(key.clone(), "1").with_attributes(old)).await?;
    session.call(Put::new(key.clone(), "2").with_attributes(new.clone())).await?;
    same_attributes("the answer to `head`", &session.head(&key).await?.attributes, &new)
}

async fn an_object_without_attributes_has_none(session: &Session) -> Checked {
    let key = session.key("object")?;
    session.put(&key, "{}").await?;
    let attributes = session.head(&key).await?.attributes;
    // Stores that must have some type use one of these two, which say nothing.
    let nothing = [None, Some("application/octet-stream"), Some("binary/octet-stream")];
    ensure(nothing.contains(&attributes.content_type()), "a content type came from nowhere")?;
    let others = (attributes.cache_control(), attributes.content_disposition(), attributes.metadata().count());
    same("other attributes", others, (None, None, 0))
}

/// Expects the same attributes, and says which one differs.
pub(super) fn same_attributes(what: &str, seen: &Attributes, expected: &Attributes) -> Checked {
    same(&format!("content type in {what}"), seen.content_type(), expected.content_type())?;
    same(&format!("cache control in {what}"), seen.cache_control(), expected.cache_control())?;
    same(&format!("disposition in {what}"), seen.content_disposition(), expected.content_disposition())?;
    let metadata = |attributes: &Attributes| -> Vec<(String, String)> {
        attributes.metadata().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    };
    same(&format!("metadata in {what}"), metadata(seen), metadata(expected))
}
