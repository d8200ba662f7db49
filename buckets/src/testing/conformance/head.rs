//! What a store tells of an object without its content.

use super::behaviour::behaviours;
use super::failure::{Checked, ensure, same};
use super::put::same_attributes;
use super::session::{Session, same_version};
use crate::error::ErrorKind;
use crate::operation::{Attributes, Checksum, Head, Put};

behaviours! { "head" {
    a_missing_object_is_not_found: HEAD;
    tells_key_size_and_tag: PUT HEAD;
    tells_the_checksum: PUT HEAD CHECKSUMS;
    tells_the_checksum_of_an_upload_in_pieces: PUT HEAD CHECKSUMS;
    tells_every_attribute: PUT HEAD ATTRIBUTES;
    is_stable_while_nothing_changes: PUT HEAD;
    follows_an_overwrite: PUT HEAD;
}}

async fn a_missing_object_is_not_found(session: &Session) -> Checked {
    session.refused(Head::new(session.key("missing")?), ErrorKind::NotFound).await?;
    session.refused(Head::new(session.key("deep/below/missing")?), ErrorKind::NotFound).await?;
    Ok(())
}

async fn tells_key_size_and_tag(session: &Session) -> Checked {
    let key = session.key("dir/object")?;
    for len in [0, 777] {
        let put = session.put(&key, session.content(1, len)).await?;
        let head = session.head(&key).await?;
        ensure(head.key == key, "`head` tells another key")?;
        same("size", head.size, len as u64)?;
        same("tag", head.etag, put.etag)?;
    }
    Ok(())
}

async fn tells_the_checksum(session: &Session) -> Checked {
    let key = session.key("object")?;
    let content = session.content(1, 777);
    session.put(&key, content.clone()).await?;
    same("checksum", session.head(&key).await?.checksum, Some(Checksum::of(&content)))
}

async fn tells_the_checksum_of_an_upload_in_pieces(session: &Session) -> Checked {
    let key = session.key("object")?;
    let content = session.large(1);
    session.put(&key, super::bodies::streamed(super::content::odd_chunks(&content))).await?;
    same("checksum", session.head(&key).await?.checksum, Some(Checksum::of(&content)))
}

async fn tells_every_attribute(session: &Session) -> Checked {
    let each = [
        Attributes::new().with_content_type("application/json")?,
        Attributes::new().with_cache_control("no-store")?,
        Attributes::new().with_content_disposition("inline")?,
        Attributes::new().with_metadata("one", "1")?,
    ];
    for (number, attributes) in each.into_iter().enumerate() {
        let key = session.key(&format!("object-{number}"))?;
        session.call(Put::new(key.clone(), "x").with_attributes(attributes.clone())).await?;
        let head = session.head(&key).await?.attributes;
        if attributes.content_type().is_some() {
            same_attributes("the answer to `head`", &head, &attributes)?;
            continue;
        }
        // Where none was given, a store may tell a type that says nothing.
        same("cache control", head.cache_control(), attributes.cache_control())?;
        same("disposition", head.content_disposition(), attributes.content_disposition())?;
        same("metadata", head.metadata().collect::<Vec<_>>(), attributes.metadata().collect())?;
    }
    Ok(())
}

async fn is_stable_while_nothing_changes(session: &Session) -> Checked {
    let key = session.key("object")?;
    session.put(&key, "content").await?;
    let first = session.head(&key).await?;
    session.put(&session.key("other")?, "other").await?;
    let second = session.head(&key).await?;
    same_version("the second `head`", &second, &first)?;
    same("time of modification", second.last_modified, first.last_modified)?;
    same_attributes("the second `head`", &second.attributes, &first.attributes)
}

async fn follows_an_overwrite(session: &Session) -> Checked {
    let key = session.key("object")?;
    session.put(&key, "first").await?;
    let before = session.head(&key).await?;
    let put = session.put(&key, "second").await?;
    let after = session.head(&key).await?;
    same_version("`head` after the overwrite", &after, &put)?;
    ensure(before.etag.is_none() || before.etag != after.etag, "the tag did not follow the overwrite")
}
