use futures_util::TryStreamExt;
use object_store::list::{PaginatedListOptions, PaginatedListStore};
use object_store::path::Path;
use object_store::{ListResult, ObjectMeta as TheirMeta};

use super::{ObjectStoreAdapter, describe, error, path};
use crate::bridge::selection::{Entry, Selection, offset};
use crate::error::{Error, ErrorKind, Result};
use crate::key::Key;
use crate::operation::{Cursor, List, ObjectMeta, Page};

impl ObjectStoreAdapter {
    pub(super) async fn page(&self, op: List) -> Result<Page> {
        match &self.pages {
            Some(pages) => self.own_page(&**pages, op).await,
            None if op.fold => self.folded_page(op).await,
            None => self.flat_page(op).await,
        }
    }

    /// A page out of the stream of all objects. Without an order all are looked at, and no more kept than the page has.
    async fn flat_page(&self, op: List) -> Result<Page> {
        let directory = directory(&op)?;
        let mut stream = match offset(&op) {
            "" => self.store.list(directory.as_ref()),
            offset => self.store.list_with_offset(directory.as_ref(), &path::of_text(offset)?),
        };
        let mut selection = Selection::new(&op, self.ordered);
        while let Some(meta) = stream.try_next().await.map_err(error::to_ours)? {
            if selection.is_over(meta.location.as_ref()) {
                break;
            }
            selection.add(meta.location.as_ref(), || object(&meta).map(Entry::Object));
        }
        selection.into_page()
    }

    /// A page out of one level, which the store gives whole.
    async fn folded_page(&self, op: List) -> Result<Page> {
        let level = self.store.list_with_delimiter(directory(&op)?.as_ref()).await.map_err(error::to_ours)?;
        let mut selection = Selection::new(&op, false);
        for meta in &level.objects {
            selection.add(meta.location.as_ref(), || object(meta).map(Entry::Object));
        }
        for prefix in folded(&level) {
            selection.add(&prefix, || Some(Entry::Prefix));
        }
        selection.into_page()
    }
}

/// The cursor behind the object whose key is the prefix; those of the store's own begin with [`THEIRS`].
const BEHIND_PREFIX: &str = "=";
const THEIRS: char = '+';

impl ObjectStoreAdapter {
    /// A page as the store itself makes them. It leaves out the object whose key is the prefix, so that is looked up.
    async fn own_page(&self, pages: &dyn PaginatedListStore, op: List) -> Result<Page> {
        let mut page = Page::default();
        if let (None, Ok(key)) = (&op.cursor, Key::new(op.prefix.as_str())) {
            match self.known(&path::of_key(&key)?).await {
                Ok(theirs) => page.objects.push(describe(key, &theirs)),
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        let token = match op.cursor.as_ref().map(Cursor::as_str) {
            None | Some(BEHIND_PREFIX) => None,
            Some(cursor) => {
                let theirs = cursor.strip_prefix(THEIRS);
                Some(theirs.ok_or_else(|| Error::invalid("a list cursor must be one that an earlier page gave"))?)
            }
        };
        // Where the page is full already, one more entry says whether there is another page.
        let room = op.limit - page.objects.len();
        let options = PaginatedListOptions {
            delimiter: op.fold.then(|| "/".into()),
            max_keys: Some(room.max(1)),
            page_token: token.map(str::to_owned),
            ..PaginatedListOptions::default()
        };
        let prefix = Some(op.prefix.as_str()).filter(|prefix| !prefix.is_empty());
        let theirs = pages.list_paginated(prefix, options).await.map_err(error::to_ours)?;
        if room == 0 {
            let more = !theirs.result.objects.is_empty() || !theirs.result.common_prefixes.is_empty();
            page.next = more.then(|| Cursor::new(BEHIND_PREFIX)).transpose()?;
            return Ok(page);
        }
        page.objects.extend(theirs.result.objects.iter().filter_map(object));
        page.objects.sort_unstable_by(|one, other| one.key.cmp(&other.key));
        page.prefixes.extend(folded(&theirs.result));
        page.prefixes.sort_unstable();
        let token = theirs.page_token.filter(|token| !token.is_empty());
        page.next = token.map(|token| Cursor::new(format!("{THEIRS}{token}"))).transpose()?;
        Ok(page)
    }
}

/// The directory that the whole list lies in; theirs knows only prefixes of whole segments.
fn directory(op: &List) -> Result<Option<Path>> {
    match op.prefix.directory() {
        "" => Ok(None),
        directory => path::of_text(directory).map(Some),
    }
}

/// The object, unless others have stored it under a name that is no key.
fn object(theirs: &TheirMeta) -> Option<ObjectMeta> {
    Some(describe(path::to_key(&theirs.location).ok()?, theirs))
}

fn folded(level: &ListResult) -> impl Iterator<Item = String> {
    level.common_prefixes.iter().map(|prefix| format!("{prefix}/"))
}
