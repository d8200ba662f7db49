//! Fetching: whole objects, parts of them, and what is not there.

use super::behaviour::behaviours;
use super::failure::{Checked, ensure, same, same_content};
use super::put::same_attributes;
use super::session::{Session, same_version, tag};
use crate::error::ErrorKind;
use crate::operation::{Attributes, ByteRange, Checksum, Condition, ETag, Fetched, Get, ObjectMeta};

behaviours! { "get" {
    a_missing_object_is_not_found: GET;
    the_directory_of_an_object_is_not_found: PUT GET;
    the_answer_agrees_with_put_and_head: PUT GET HEAD;
    the_checksum_is_the_content_s: PUT GET CHECKSUMS;
    attributes_come_with_the_content: PUT GET ATTRIBUTES;
    reading_twice_gives_the_same: PUT GET;
    a_body_left_unread_harms_nothing: PUT GET;
    a_range_from_an_offset: PUT GET;
    a_range_between_offsets: PUT GET;
    a_range_of_one_byte: PUT GET;
    a_range_of_the_last_bytes: PUT GET;
    a_range_beyond_the_end_is_cut: PUT GET;
    a_range_outside_is_invalid: PUT GET;
    a_range_that_ends_before_it_starts_is_invalid: PUT GET;
    any_range_of_an_empty_object_is_invalid: PUT GET;
    a_range_of_a_missing_object_is_not_found: GET;
    a_range_of_a_large_object: PUT GET;
    ranges_put_together_are_the_whole: PUT GET;
    the_answer_to_a_range_describes_the_whole_object: PUT GET;
    if_match_with_the_tag: PUT GET;
    if_match_with_another_tag_fails: PUT GET;
    if_none_match_with_the_tag_fails: PUT GET;
    if_none_match_with_another_tag: PUT GET;
    a_condition_on_a_range_is_about_the_whole_object: PUT GET;
    a_condition_on_a_missing_object_is_not_found: GET;
}}

async fn a_missing_object_is_not_found(session: &Session) -> Checked {
    session.refused(Get::new(session.key("missing")?), ErrorKind::NotFound).await?;
    session.refused(Get::new(session.key("deep/below/missing")?), ErrorKind::NotFound).await?;
    Ok(())
}

async fn the_directory_of_an_object_is_not_found(session: &Session) -> Checked {
    session.put(&session.key("a/b/c")?, "content").await?;
    for name in ["a", "a/b", "a/b/c/d", "a/b/cc", "a/b/"] {
        if let Ok(key) = session.key(name) {
            session.is_absent(&key).await?;
        }
    }
    Ok(())
}

async fn the_answer_agrees_with_put_and_head(session: &Session) -> Checked {
    let key = session.key("object")?;
    let put = session.put(&key, session.content(1, 3000)).await?;
    let (get, _) = session.read(&key).await?;
    let head = session.head(&key).await?;
    same_version("`get` against `put`", &get, &put)?;
    same_version("`head` against `put`", &head, &put)?;
    same("time of modification in `get` against `head`", get.last_modified, head.last_modified)
}

async fn the_checksum_is_the_content_s(session: &Session) -> Checked {
    let key = session.key("object")?;
    session.put(&key, session.content(1, 3000)).await?;
    let (meta, content) = session.read(&key).await?;
    same("checksum in the answer", meta.checksum, Some(Checksum::of(&content)))
}

async fn attributes_come_with_the_content(session: &Session) -> Checked {
    let key = session.key("object")?;
    let attributes = Attributes::new().with_content_type("image/png")?.with_metadata("a", "b")?;
    session.call(crate::operation::Put::new(key.clone(), "png").with_attributes(attributes.clone())).await?;
    let (meta, _) = session.read(&key).await?;
    same_attributes("the answer to `get`", &meta.attributes, &attributes)?;
    let part = session.call(Get::new(key).with_range(ByteRange::from(1))).await?;
    same_attributes("the answer to a ranged `get`", &part.meta.attributes, &attributes)
}

async fn reading_twice_gives_the_same(session: &Session) -> Checked {
    let key = session.key("object")?;
    session.put(&key, session.content(1, 3000)).await?;
    let (first, content) = session.read(&key).await?;
    let (second, again) = session.read(&key).await?;
    same_content("the second reading", &again, &content)?;
    same_version("the second reading", &second, &first)
}

async fn a_body_left_unread_harms_nothing(session: &Session) -> Checked {
    let key = session.key("object")?;
    let content = session.large(1);
    session.put(&key, content.clone()).await?;
    drop(session.get(&key).await?);
    let mut begun = session.get(&key).await?.body;
    ensure(begun.next().await.transpose()?.is_some(), "a large object gave no chunk")?;
    drop(begun);
    session.holds(&key, &content).await
}

async fn a_range_from_an_offset(session: &Session) -> Checked {
    part(session, 1000, ByteRange::from(0), 0..1000).await?;
    part(session, 1000, ByteRange::from(1), 1..1000).await?;
    part(session, 1000, ByteRange::from(999), 999..1000).await
}

async fn a_range_between_offsets(session: &Session) -> Checked {
    part(session, 1000, ByteRange::from_to(0, 999), 0..1000).await?;
    part(session, 1000, ByteRange::from_to(100, 899), 100..900).await
}

async fn a_range_of_one_byte(session: &Session) -> Checked {
    part(session, 1000, ByteRange::from_to(0, 0), 0..1).await?;
    part(session, 1000, ByteRange::from_to(999, 999), 999..1000).await
}

async fn a_range_of_the_last_bytes(session: &Session) -> Checked {
    part(session, 1000, ByteRange::suffix(1), 999..1000).await?;
    part(session, 1000, ByteRange::suffix(1000), 0..1000).await
}

async fn a_range_beyond_the_end_is_cut(session: &Session) -> Checked {
    part(session, 1000, ByteRange::from_to(990, 1000), 990..1000).await?;
    part(session, 1000, ByteRange::from_to(990, u64::MAX), 990..1000).await?;
    part(session, 1000, ByteRange::suffix(1001), 0..1000).await
}

async fn a_range_outside_is_invalid(session: &Session) -> Checked {
    for range in
        [ByteRange::from(1000), ByteRange::from(u64::MAX), ByteRange::from_to(1000, 1001), ByteRange::suffix(0)]
    {
        no_part(session, 1000, range).await?;
    }
    Ok(())
}

async fn a_range_that_ends_before_it_starts_is_invalid(session: &Session) -> Checked {
    no_part(session, 1000, ByteRange::from_to(10, 9)).await
}

async fn any_range_of_an_empty_object_is_invalid(session: &Session) -> Checked {
    for range in [ByteRange::from(0), ByteRange::from_to(0, 0), ByteRange::suffix(1)] {
        no_part(session, 0, range).await?;
    }
    Ok(())
}

async fn a_range_of_a_missing_object_is_not_found(session: &Session) -> Checked {
    let get = Get::new(session.key("missing")?).with_range(ByteRange::from(0));
    session.refused(get, ErrorKind::NotFound).await?;
    Ok(())
}

async fn a_range_of_a_large_object(session: &Session) -> Checked {
    let len = session.options().large_len;
    let (third, end) = (len as u64 / 3, len as u64);
    part(session, len, ByteRange::from_to(third, 2 * third), third..2 * third + 1).await?;
    part(session, len, ByteRange::suffix(third), end - third..end).await
}

async fn ranges_put_together_are_the_whole(session: &Session) -> Checked {
    let key = session.key("object")?;
    let content = session.content(1, 10_007);
    session.put(&key, content.clone()).await?;
    let mut whole = Vec::new();
    while whole.len() < content.len() {
        let first = whole.len() as u64;
        let fetched = session.call(Get::new(key.clone()).with_range(ByteRange::from_to(first, first + 998))).await?;
        let part = session.collect(fetched.body).await?;
        same("length of a part", part.len(), 999.min(content.len() - whole.len()))?;
        whole.extend_from_slice(&part);
    }
    same_content("the parts put together", &whole, &content)
}

async fn the_answer_to_a_range_describes_the_whole_object(session: &Session) -> Checked {
    let key = session.key("object")?;
    let put = session.put(&key, session.content(1, 1000)).await?;
    for range in [ByteRange::from(10), ByteRange::from_to(3, 4), ByteRange::suffix(5)] {
        let fetched = session.call(Get::new(key.clone()).with_range(range)).await?;
        // A store may tell the checksum of the whole only with the whole.
        let meta = ObjectMeta { checksum: fetched.meta.checksum.or(put.checksum), ..fetched.meta };
        same_version("the answer to a range", &meta, &put)?;
    }
    Ok(())
}

async fn if_match_with_the_tag(session: &Session) -> Checked {
    let (get, tag) = tagged(session).await?;
    let fetched = session.call(get.with_condition(Condition::if_match(tag))).await?;
    same("content", session.collect(fetched.body).await?.len(), 100)
}

async fn if_match_with_another_tag_fails(session: &Session) -> Checked {
    let (get, _) = tagged(session).await?;
    let other = Condition::if_match(ETag::new("0123456789abcdef0123456789abcdef")?);
    session.refused(get.with_condition(other), ErrorKind::PreconditionFailed).await?;
    Ok(())
}

async fn if_none_match_with_the_tag_fails(session: &Session) -> Checked {
    let (get, tag) = tagged(session).await?;
    session.refused(get.with_condition(Condition::if_none_match(tag)), ErrorKind::PreconditionFailed).await?;
    Ok(())
}

async fn if_none_match_with_another_tag(session: &Session) -> Checked {
    let (get, _) = tagged(session).await?;
    let other = Condition::if_none_match(ETag::new("0123456789abcdef0123456789abcdef")?);
    let fetched = session.call(get.with_condition(other)).await?;
    same("content", session.collect(fetched.body).await?.len(), 100)
}

async fn a_condition_on_a_range_is_about_the_whole_object(session: &Session) -> Checked {
    let (get, tag) = tagged(session).await?;
    let part = get.with_range(ByteRange::from_to(10, 19));
    let fetched = session.call(part.clone().with_condition(Condition::if_match(tag.clone()))).await?;
    same("content", session.collect(fetched.body).await?.len(), 10)?;
    session.refused(part.with_condition(Condition::if_none_match(tag)), ErrorKind::PreconditionFailed).await?;
    Ok(())
}

async fn a_condition_on_a_missing_object_is_not_found(session: &Session) -> Checked {
    let get = Get::new(session.key("missing")?).with_condition(Condition::if_match(ETag::new("a")?));
    session.refused(get, ErrorKind::NotFound).await?;
    Ok(())
}

async fn tagged(session: &Session) -> Result<(Get, ETag), super::Failure> {
    let key = session.key("object")?;
    let tag = tag(&session.put(&key, session.content(1, 100)).await?)?;
    Ok((Get::new(key), tag))
}

/// Expects `range` of an object of `len` bytes to be the bytes of `expected`.
async fn part(session: &Session, len: usize, range: ByteRange, expected: std::ops::Range<u64>) -> Checked {
    let key = session.key("object")?;
    let content = session.content(1, len);
    session.put(&key, content.clone()).await?;
    let Fetched { meta, range: told, body } = session.call(Get::new(key).with_range(range)).await?;
    same(&format!("range in the answer to {range:?}"), told, expected.clone())?;
    same(&format!("whole size in the answer to {range:?}"), meta.size, len as u64)?;
    let expected = &content[expected.start as usize..expected.end as usize];
    same_content(&format!("{range:?}"), &session.collect(body).await?, expected)
}

async fn no_part(session: &Session, len: usize, range: ByteRange) -> Checked {
    let key = session.key("object")?;
    session.put(&key, session.content(1, len)).await?;
    let refused = session.refused(Get::new(key).with_range(range), ErrorKind::InvalidInput).await;
    refused.map(drop).map_err(|failure| failure.within(&format!("{range:?}")))
}
