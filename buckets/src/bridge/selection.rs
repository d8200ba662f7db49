use std::collections::BTreeMap;

use crate::error::Result;
use crate::operation::{Cursor, List, ObjectMeta, Page};

/// Makes a page out of entries that come in any order, or in the order of their text: keeps the first ones
/// behind the cursor, and no more of them than the page may have.
pub(super) struct Selection<'a> {
    prefix: &'a str,
    after: &'a str,
    limit: usize,
    ordered: bool,
    entries: BTreeMap<String, Entry>,
}

pub(super) enum Entry {
    Object(ObjectMeta),
    Prefix,
}

impl<'a> Selection<'a> {
    pub(super) fn new(list: &'a List, ordered: bool) -> Self {
        let after = list.cursor.as_ref().map_or("", Cursor::as_str);
        Self { prefix: list.prefix.as_str(), after, limit: list.limit, ordered, entries: BTreeMap::new() }
    }

    /// Whether what comes in order at `text` and behind it can be left alone.
    pub(super) fn is_over(&self, text: &str) -> bool {
        let behind = text > self.prefix && !text.starts_with(self.prefix);
        self.ordered && (behind || self.entries.len() > self.limit)
    }

    /// Adds an entry, which is only made if it may be on the page.
    pub(super) fn add(&mut self, text: &str, entry: impl FnOnce() -> Option<Entry>) {
        if !text.starts_with(self.prefix) || text <= self.after {
            return;
        }
        // One more than the page has says that there are more.
        let last = self.entries.last_key_value().filter(|_| self.entries.len() > self.limit);
        if last.is_some_and(|(last, _)| text > last.as_str()) {
            return;
        }
        if let Some(entry) = entry() {
            self.entries.insert(text.to_owned(), entry);
        }
        if self.entries.len() > self.limit + 1 {
            self.entries.pop_last();
        }
    }

    pub(super) fn into_page(mut self) -> Result<Page> {
        let mut page = Page::default();
        if self.entries.len() > self.limit {
            self.entries.pop_last();
            page.next = self.entries.last_key_value().map(|(last, _)| Cursor::new(last)).transpose()?;
        }
        for (text, entry) in self.entries {
            match entry {
                Entry::Object(meta) => page.objects.push(meta),
                Entry::Prefix => page.prefixes.push(text),
            }
        }
        Ok(page)
    }
}

/// A text that a list in order can begin behind: the last entry of the page before, or one a little before
/// the prefix; empty for the beginning.
pub(super) fn offset(list: &List) -> &str {
    if let Some(cursor) = &list.cursor {
        return cursor.as_str();
    }
    let mut shorter = list.prefix.as_str().chars();
    shorter.next_back();
    match shorter.as_str().strip_prefix(list.prefix.directory()) {
        // No path ends like this.
        None | Some("" | "." | "..") => "",
        Some(_) => shorter.as_str(),
    }
}
