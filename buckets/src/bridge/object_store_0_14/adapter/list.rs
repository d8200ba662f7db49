use std::collections::BTreeMap;

use futures_util::TryStreamExt;
use object_store::list::{PaginatedListOptions, PaginatedListStore};
use object_store::path::Path;
use object_store::{ListResult, ObjectMeta as TheirMeta};

use super::{ObjectStoreAdapter, describe, error, path};
use crate::error::Result;
use crate::operation::{Cursor, List, ObjectMeta, Page};

impl ObjectStoreAdapter {
    pub(super) async fn page(&self, op: List) -> Result<Page> {
        match &self.pages {
            Some(pages) => own_page(&**pages, op).await,
            None if op.fold => self.folded_page(op).await,
            None => self.flat_page(op).await,
        }
    }

    /// A page out of the stream of all objects. Without an order all are looked at, and no more kept than the page has.
    async fn flat_page(&self, op: List) -> Result<Page> {
        let (prefix, after) = (op.prefix.as_str(), op.cursor.as_ref().map_or("", Cursor::as_str));
        let directory = directory(&op)?;
        let mut stream = match offset(&op) {
            "" => self.store.list(directory.as_ref()),
            offset => self.store.list_with_offset(directory.as_ref(), &path::of_text(offset)?),
        };
        let mut entries = BTreeMap::new();
        while let Some(meta) = stream.try_next().await.map_err(error::to_ours)? {
            let text = meta.location.as_ref();
            if self.ordered && text > prefix && !text.starts_with(prefix) {
                break;
            }
            if !text.starts_with(prefix) || text <= after {
                continue;
            }
            if let Some(object) = object(&meta) {
                entries.insert(text.to_owned(), Entry::Object(object));
            }
            if entries.len() > op.limit + 1 {
                entries.pop_last();
            }
            if self.ordered && entries.len() > op.limit {
                break;
            }
        }
        first(entries, op.limit)
    }

    /// A page out of one level, which the store gives whole.
    async fn folded_page(&self, op: List) -> Result<Page> {
        let (prefix, after) = (op.prefix.as_str(), op.cursor.as_ref().map_or("", Cursor::as_str));
        let level = self.store.list_with_delimiter(directory(&op)?.as_ref()).await.map_err(error::to_ours)?;
        let objects = level.objects.iter().filter_map(|meta| Some((meta.location.to_string(), object(meta)?)));
        let mut entries: BTreeMap<_, _> = objects.map(|(text, meta)| (text, Entry::Object(meta))).collect();
        entries.extend(folded(&level).map(|prefix| (prefix, Entry::Prefix)));
        entries.retain(|text, _| text.starts_with(prefix) && text.as_str() > after);
        first(entries, op.limit)
    }
}

enum Entry {
    Object(ObjectMeta),
    Prefix,
}

/// The first `limit` entries as a page.
fn first(mut entries: BTreeMap<String, Entry>, limit: usize) -> Result<Page> {
    let more = entries.len() > limit;
    while entries.len() > limit {
        entries.pop_last();
    }
    let mut page = Page::default();
    if let Some((last, _)) = entries.last_key_value().filter(|_| more) {
        page.next = Some(Cursor::new(last)?);
    }
    for (text, entry) in entries {
        match entry {
            Entry::Object(meta) => page.objects.push(meta),
            Entry::Prefix => page.prefixes.push(text),
        }
    }
    Ok(page)
}

/// A page as the store itself makes them.
async fn own_page(pages: &dyn PaginatedListStore, op: List) -> Result<Page> {
    let options = PaginatedListOptions {
        delimiter: op.fold.then(|| "/".into()),
        max_keys: Some(op.limit),
        page_token: op.cursor.map(|cursor| cursor.as_str().to_owned()),
        ..PaginatedListOptions::default()
    };
    let prefix = Some(op.prefix.as_str()).filter(|prefix| !prefix.is_empty());
    let page = pages.list_paginated(prefix, options).await.map_err(error::to_ours)?;
    let mut objects: Vec<_> = page.result.objects.iter().filter_map(object).collect();
    objects.sort_unstable_by(|one, other| one.key.cmp(&other.key));
    let mut prefixes: Vec<_> = folded(&page.result).collect();
    prefixes.sort_unstable();
    let next = page.page_token.filter(|token| !token.is_empty()).map(Cursor::new).transpose()?;
    Ok(Page::new(objects, prefixes, next))
}

/// The directory that the whole list lies in; theirs knows only prefixes of whole segments.
fn directory(op: &List) -> Result<Option<Path>> {
    match op.prefix.directory() {
        "" => Ok(None),
        directory => path::of_text(directory).map(Some),
    }
}

/// What the list begins behind: the last entry, or a text a little before the prefix; empty for the beginning.
fn offset(op: &List) -> &str {
    if let Some(cursor) = &op.cursor {
        return cursor.as_str();
    }
    let mut shorter = op.prefix.as_str().chars();
    shorter.next_back();
    match shorter.as_str().strip_prefix(op.prefix.directory()) {
        // No path ends like this.
        None | Some("" | "." | "..") => "",
        Some(_) => shorter.as_str(),
    }
}

/// The object, unless others have stored it under a name that is no key.
fn object(theirs: &TheirMeta) -> Option<ObjectMeta> {
    Some(describe(path::to_key(&theirs.location).ok()?, theirs))
}

fn folded(level: &ListResult) -> impl Iterator<Item = String> {
    level.common_prefixes.iter().map(|prefix| format!("{prefix}/"))
}
