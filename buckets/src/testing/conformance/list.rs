//! Listing: order, prefixes, folding and paging.

use super::behaviour::behaviours;
use super::failure::{Checked, Failure, ensure, same};
use super::session::Session;
use crate::operation::{Cursor, Delete, List, Page};

behaviours! { "list" {
    nothing_is_an_empty_page: LIST;
    a_prefix_of_nothing_is_an_empty_page: PUT LIST;
    is_in_the_order_of_the_keys_bytes: PUT LIST ORDER;
    orders_beyond_ascii_by_bytes: PUT LIST ORDER;
    tells_size_tag_and_time: PUT HEAD LIST;
    a_prefix_may_end_within_a_segment: PUT LIST;
    a_prefix_may_be_a_whole_key: PUT LIST;
    a_prefix_is_not_a_pattern: PUT LIST;
    folds_at_the_next_slash: PUT LIST;
    folds_behind_a_directory: PUT LIST;
    folds_behind_a_prefix_within_a_segment: PUT LIST;
    pages_of_every_size_give_each_object_once: PUT LIST;
    folded_pages_give_each_entry_once_and_count_folds: PUT LIST;
    the_last_page_has_no_next: PUT LIST;
    a_page_holds_no_more_than_its_limit: PUT LIST;
    a_cursor_survives_as_text: PUT LIST;
    paging_goes_on_when_the_last_object_was_deleted: PUT DELETE LIST;
    an_object_stored_behind_the_cursor_is_seen: PUT LIST;
    an_overwrite_is_listed_once_with_its_new_size: PUT LIST;
}}

/// The neighbourhood of `/` in the order of bytes: `-` and `.` come before it, `0` after it.
const NAMES: [&str; 12] =
    ["a-b", "a.txt", "a/b", "a/b.txt", "a/c/d", "a/c/e", "a0", "aa/b", "b", "c/d/e/f", "c/d/g", "d"];

async fn nothing_is_an_empty_page(session: &Session) -> Checked {
    for list in [List::new(session.prefix("")?), List::new(session.prefix("")?).folded()] {
        empty(&session.call(list).await?)?;
    }
    Ok(())
}

async fn a_prefix_of_nothing_is_an_empty_page(session: &Session) -> Checked {
    store(session, &NAMES).await?;
    for name in ["x", "a/b/", "a/c/dd", "A", "d/"] {
        empty(&session.call(List::new(session.prefix(name)?)).await?)?;
    }
    Ok(())
}

fn empty(page: &Page) -> Checked {
    same(
        "entries and whether there are more",
        (page.objects.len(), page.prefixes.len(), page.next.is_some()),
        (0, 0, false),
    )
}

async fn is_in_the_order_of_the_keys_bytes(session: &Session) -> Checked {
    // Stored in another order than the listed one.
    let reversed: Vec<_> = NAMES.into_iter().rev().collect();
    store(session, &reversed).await?;
    let page = session.call(List::new(session.prefix("")?)).await?;
    same("objects", session.names(&page), owned(&NAMES))?;
    let pages = pages(session, List::new(session.prefix("")?).with_limit(5)?).await?;
    same("objects in pages of 5", pages.concat(), owned(&NAMES))
}

async fn orders_beyond_ascii_by_bytes(session: &Session) -> Checked {
    // UTF-16 order would put the private use character behind the emoji.
    let names = ["A", "Z", "a", "z", "ä", "文", "\u{e000}", "🗝"];
    let mixed = [names[7], names[0], names[4], names[6], names[2], names[5], names[3], names[1]];
    store(session, &mixed).await?;
    let page = session.call(List::new(session.prefix("")?)).await?;
    same("objects", session.names(&page), owned(&names))
}

async fn tells_size_tag_and_time(session: &Session) -> Checked {
    for (name, len) in [("a", 0), ("b/c", 777)] {
        session.put(&session.key(name)?, session.content(1, len)).await?;
    }
    let page = session.call(List::new(session.prefix("")?)).await?;
    same("objects", page.objects.len(), 2)?;
    for listed in &page.objects {
        let head = session.head(&listed.key).await?;
        same("size", listed.size, head.size)?;
        ensure(listed.etag.is_none() || listed.etag == head.etag, "the list tells another tag than `head`")?;
        ensure(listed.checksum.is_none() || listed.checksum == head.checksum, "the list tells another checksum")?;
        if let (Some(listed), Some(head)) = (listed.last_modified, head.last_modified) {
            // Some stores round one of the two to seconds.
            let apart = listed.duration_since(head).unwrap_or_else(|error| error.duration());
            ensure(apart.as_secs() < 1, "the list tells another time of modification than `head`")?;
        }
    }
    Ok(())
}

async fn a_prefix_may_end_within_a_segment(session: &Session) -> Checked {
    store(session, &NAMES).await?;
    lists(session, "a", &NAMES[..8]).await?;
    lists(session, "a/c/", &["a/c/d", "a/c/e"]).await?;
    lists(session, "a/b", &["a/b", "a/b.txt"]).await?;
    lists(session, "c/d/", &["c/d/e/f", "c/d/g"]).await?;
    lists(session, "c/d", &["c/d/e/f", "c/d/g"]).await
}

async fn a_prefix_may_be_a_whole_key(session: &Session) -> Checked {
    store(session, &NAMES).await?;
    lists(session, "a.txt", &["a.txt"]).await?;
    lists(session, "c/d/e/f", &["c/d/e/f"]).await
}

async fn a_prefix_is_not_a_pattern(session: &Session) -> Checked {
    store(session, &["%61", "a", "a*", "a?b", "a[b]", "a%2fb"]).await?;
    lists(session, "a*", &["a*"]).await?;
    lists(session, "a?", &["a?b"]).await?;
    lists(session, "a[", &["a[b]"]).await?;
    lists(session, "a%2f", &["a%2fb"]).await?;
    lists(session, "%", &["%61"]).await
}

async fn folds_at_the_next_slash(session: &Session) -> Checked {
    store(session, &NAMES).await?;
    folds(session, "", &["a-b", "a.txt", "a0", "b", "d"], &["a/", "aa/", "c/"]).await
}

async fn folds_behind_a_directory(session: &Session) -> Checked {
    store(session, &NAMES).await?;
    folds(session, "a/", &["a/b", "a/b.txt"], &["a/c/"]).await?;
    folds(session, "c/d/", &["c/d/g"], &["c/d/e/"]).await
}

async fn folds_behind_a_prefix_within_a_segment(session: &Session) -> Checked {
    store(session, &NAMES).await?;
    folds(session, "a", &["a-b", "a.txt", "a0"], &["a/", "aa/"]).await?;
    folds(session, "aa", &[], &["aa/"]).await
}

async fn pages_of_every_size_give_each_object_once(session: &Session) -> Checked {
    store(session, &NAMES).await?;
    for limit in [1, 2, 5, 7, 11, 12, 13] {
        let entries = pages(session, List::new(session.prefix("")?).with_limit(limit)?).await?.concat();
        same(&format!("objects in pages of {limit}"), sorted(entries), owned(&NAMES))?;
    }
    Ok(())
}

async fn folded_pages_give_each_entry_once_and_count_folds(session: &Session) -> Checked {
    store(session, &NAMES).await?;
    let all = ["a-b", "a.txt", "a/", "a0", "aa/", "b", "c/", "d"];
    for limit in [1, 2, 3, 7, 8, 9] {
        let list = List::new(session.prefix("")?).folded().with_limit(limit)?;
        let pages = pages(session, list).await?;
        same(&format!("entries in pages of {limit}"), sorted(pages.concat()), owned(&all))?;
    }
    Ok(())
}

async fn the_last_page_has_no_next(session: &Session) -> Checked {
    store(session, &["a", "b", "c/d", "c/e"]).await?;
    for (limit, more) in [(3, true), (4, false), (5, false)] {
        let page = session.call(List::new(session.prefix("")?).with_limit(limit)?).await?;
        same(&format!("whether there is more after {limit} of 4"), page.next.is_some(), more)?;
    }
    for (limit, more) in [(2, true), (3, false)] {
        let page = session.call(List::new(session.prefix("")?).folded().with_limit(limit)?).await?;
        same(&format!("whether there is more after {limit} of 3 folded"), page.next.is_some(), more)?;
    }
    Ok(())
}

async fn a_page_holds_no_more_than_its_limit(session: &Session) -> Checked {
    store(session, &NAMES).await?;
    for list in [List::new(session.prefix("")?), List::new(session.prefix("")?).folded()] {
        for limit in [1, 4, 7] {
            let page = session.call(list.clone().with_limit(limit)?).await?;
            same("entries in a page", page.objects.len() + page.prefixes.len(), limit)?;
        }
    }
    Ok(())
}

async fn a_cursor_survives_as_text(session: &Session) -> Checked {
    store(session, &["a", "b ü/%", "c"]).await?;
    let list = List::new(session.prefix("")?);
    let first = session.call(list.clone().with_limit(2)?).await?;
    let text = first.next.ok_or_else(|| Failure::new("no next page after 2 of 3"))?.as_str().to_owned();
    let second = session.call(list.after(Cursor::new(text)?)).await?;
    same("objects behind the cursor", session.names(&second), owned(&["c"]))
}

async fn paging_goes_on_when_the_last_object_was_deleted(session: &Session) -> Checked {
    store(session, &["a", "b", "c", "d"]).await?;
    let list = List::new(session.prefix("")?);
    let first = session.call(list.clone().with_limit(2)?).await?;
    let cursor = first.next.ok_or_else(|| Failure::new("no next page after 2 of 4"))?;
    session.call(Delete::new(session.key("b")?)).await?;
    let second = session.call(list.after(cursor)).await?;
    same("objects behind the deleted one", session.names(&second), owned(&["c", "d"]))
}

async fn an_object_stored_behind_the_cursor_is_seen(session: &Session) -> Checked {
    store(session, &["a", "b", "d"]).await?;
    let list = List::new(session.prefix("")?);
    let first = session.call(list.clone().with_limit(2)?).await?;
    let cursor = first.next.ok_or_else(|| Failure::new("no next page after 2 of 3"))?;
    store(session, &["c"]).await?;
    let second = session.call(list.after(cursor)).await?;
    same("objects behind the cursor", session.names(&second), owned(&["c", "d"]))
}

async fn an_overwrite_is_listed_once_with_its_new_size(session: &Session) -> Checked {
    let key = session.key("object")?;
    session.put(&key, "1").await?;
    session.put(&key, "22").await?;
    let page = session.call(List::new(session.prefix("")?)).await?;
    let sizes: Vec<_> = page.objects.iter().map(|meta| meta.size).collect();
    same("sizes listed", sizes, vec![2])
}

async fn store(session: &Session, names: &[&str]) -> Checked {
    for &name in names {
        session.put(&session.key(name)?, name.to_owned()).await?;
    }
    Ok(())
}

async fn lists(session: &Session, prefix: &str, expected: &[&str]) -> Checked {
    let page = session.call(List::new(session.prefix(prefix)?)).await?;
    same(&format!("objects below `{prefix}`"), sorted(session.names(&page)), owned(expected))?;
    same("folded prefixes of a list that does not fold", page.prefixes.len(), 0)
}

async fn folds(session: &Session, prefix: &str, objects: &[&str], prefixes: &[&str]) -> Checked {
    let page = session.call(List::new(session.prefix(prefix)?).folded()).await?;
    let folded: Vec<_> = page.prefixes.iter().map(|prefix| session.name(prefix)).collect();
    same(&format!("objects below `{prefix}`"), sorted(session.names(&page)), owned(objects))?;
    same(&format!("prefixes folded below `{prefix}`"), sorted(folded), owned(prefixes))
}

/// The entries of each page, objects and folded prefixes in one order.
async fn pages(session: &Session, list: List) -> Result<Vec<Vec<String>>, Failure> {
    let mut pages = Vec::new();
    let mut next = Some(list.clone());
    while let Some(list) = next.take() {
        let page = session.call(list.clone()).await?;
        let mut entries = session.names(&page);
        entries.extend(page.prefixes.iter().map(|prefix| session.name(prefix)));
        entries.sort_unstable();
        ensure(entries.len() <= list.limit, "a page holds more entries than its limit")?;
        pages.push(entries);
        ensure(pages.len() <= 2 * NAMES.len(), "the pages do not end")?;
        next = page.next.map(|cursor| List { cursor: Some(cursor), ..list });
    }
    Ok(pages)
}

/// For what must be there in whatever order: the order is a behaviour of its own.
fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort_unstable();
    names
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}
