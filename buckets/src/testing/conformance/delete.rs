//! Removing: what is deleted is gone, what is not there is no error.

use super::behaviour::behaviours;
use super::failure::{Checked, ensure};
use super::session::Session;
use crate::operation::{Attributes, Delete, Put};

behaviours! { "delete" {
    what_is_deleted_is_gone: PUT GET DELETE;
    what_is_deleted_is_not_listed: PUT DELETE LIST;
    a_missing_object_is_no_error: DELETE;
    a_second_delete_is_no_error: PUT DELETE;
    tells_truly_whether_there_was_an_object: PUT DELETE;
    neighbours_stay: PUT GET DELETE;
    what_lies_below_the_name_stays: PUT GET DELETE;
    a_deleted_object_can_be_stored_again: PUT GET DELETE;
    attributes_do_not_outlive_the_object: PUT HEAD DELETE ATTRIBUTES;
}}

async fn what_is_deleted_is_gone(session: &Session) -> Checked {
    let key = session.key("object")?;
    session.put(&key, "content").await?;
    session.call(Delete::new(key.clone())).await?;
    session.is_absent(&key).await
}

async fn what_is_deleted_is_not_listed(session: &Session) -> Checked {
    for name in ["a", "b", "dir/c"] {
        session.put(&session.key(name)?, "content").await?;
    }
    session.call(Delete::new(session.key("b")?)).await?;
    session.lists_only(&["a", "dir/c"]).await?;
    session.call(Delete::new(session.key("dir/c")?)).await?;
    session.lists_only(&["a"]).await
}

async fn a_missing_object_is_no_error(session: &Session) -> Checked {
    for name in ["missing", "deep/below/missing"] {
        let deleted = session.call(Delete::new(session.key(name)?)).await?;
        ensure(deleted.existed != Some(true), "a missing object is said to have existed")?;
    }
    Ok(())
}

async fn a_second_delete_is_no_error(session: &Session) -> Checked {
    let key = session.key("object")?;
    session.put(&key, "content").await?;
    session.call(Delete::new(key.clone())).await?;
    let deleted = session.call(Delete::new(key)).await?;
    ensure(deleted.existed != Some(true), "a deleted object is said to have existed")
}

async fn tells_truly_whether_there_was_an_object(session: &Session) -> Checked {
    let key = session.key("object")?;
    session.put(&key, "content").await?;
    let deleted = session.call(Delete::new(key)).await?;
    ensure(deleted.existed != Some(false), "an existing object is said not to have existed")
}

async fn neighbours_stay(session: &Session) -> Checked {
    let names = ["object", "object.txt", "object-2", "objec", "dir/object"];
    for name in names {
        session.put(&session.key(name)?, name).await?;
    }
    session.call(Delete::new(session.key("object")?)).await?;
    for name in &names[1..] {
        session.holds(&session.key(name)?, name.as_bytes()).await?;
    }
    Ok(())
}

async fn what_lies_below_the_name_stays(session: &Session) -> Checked {
    let below = session.key("dir/object")?;
    session.put(&below, "content").await?;
    let deleted = session.call(Delete::new(session.key("dir")?)).await?;
    ensure(deleted.existed != Some(true), "a directory is said to have been an object")?;
    session.holds(&below, b"content").await
}

async fn a_deleted_object_can_be_stored_again(session: &Session) -> Checked {
    let key = session.key("dir/object")?;
    for content in ["first", "second"] {
        session.put(&key, content).await?;
        session.holds(&key, content.as_bytes()).await?;
        session.call(Delete::new(key.clone())).await?;
        session.is_absent(&key).await?;
    }
    Ok(())
}

async fn attributes_do_not_outlive_the_object(session: &Session) -> Checked {
    let key = session.key("object")?;
    let attributes = Attributes::new().with_metadata("owner", "before")?;
    session.call(Put::new(key.clone(), "1").with_attributes(attributes)).await?;
    session.call(Delete::new(key.clone())).await?;
    session.put(&key, "2").await?;
    ensure(session.head(&key).await?.attributes.metadata().next().is_none(), "metadata came back from before")
}
