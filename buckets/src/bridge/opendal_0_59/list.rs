use futures_util::TryStreamExt;
use opendal_core::Entry as TheirEntry;
use opendal_core::options::ListOptions;

use super::{OperatorAdapter, describe, error};
use crate::bridge::selection::{Entry, Selection, offset};
use crate::error::Result;
use crate::key::Key;
use crate::operation::{List, Page};

impl OperatorAdapter {
    pub(super) async fn page(&self, op: List) -> Result<Page> {
        let directory = op.prefix.directory();
        let start = offset(&op);
        // What is folded comes ahead of the objects of its page, whatever order the service has.
        let ordered = self.ordered && !op.fold;
        let can_skip = ordered && self.capability.list_with_start_after && !start.is_empty();
        let options = ListOptions {
            recursive: !op.fold,
            // One more says whether there is another page, and another one may be the directory itself.
            limit: ordered.then_some(op.limit + 2),
            start_after: can_skip.then(|| start.to_owned()),
            ..ListOptions::default()
        };
        let path = if directory.is_empty() { "/" } else { directory };
        let mut entries = self.operator.lister_options(path, options).await.map_err(error::of_list)?;
        let mut selection = Selection::new(&op, ordered);
        while let Some(entry) = entries.try_next().await.map_err(error::of_list)? {
            if selection.is_over(entry.path()) {
                break;
            }
            selection.add(entry.path(), || select(&entry, &op));
        }
        selection.into_page()
    }
}

/// The entry as the list wants it: objects, and if it folds the directories below, but not the one that is listed.
/// An object that others have stored under a name that is no key is left out.
fn select(entry: &TheirEntry, op: &List) -> Option<Entry> {
    if !entry.metadata().is_dir() {
        return Some(Entry::Object(describe(Key::new(entry.path()).ok()?, entry.metadata())));
    }
    (op.fold && entry.path() != op.prefix.directory()).then_some(Entry::Prefix)
}
