use std::collections::BTreeMap;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::key::Prefix;
use crate::operation::{Cursor, List, ObjectMeta, Page, StorageClass};

/// How far an [`Inventory`](super::Inventory) has come, and what it has counted so far: to be kept, as
/// text by serde, and gone on with in another process.
///
/// It has a key in it, so it is as secret as those are; `Debug` does not show that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Checkpoint {
    pub(super) prefix: Prefix,
    pub(super) progress: Progress,
    pub(super) began: Option<SystemTime>,
    pub(super) pages: u64,
    pub(super) classes: BTreeMap<Option<StorageClass>, Count>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// Nothing is counted.
    Beginning,
    /// All up to here is.
    After(Cursor),
    /// All is.
    Complete,
}

/// What is counted of one class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Count {
    pub(super) objects: u64,
    pub(super) bytes: u64,
}

impl Checkpoint {
    pub(super) fn beginning(prefix: Prefix) -> Self {
        Self { prefix, progress: Progress::Beginning, began: None, pages: 0, classes: BTreeMap::new() }
    }

    /// How many objects are counted.
    pub fn objects(&self) -> u64 {
        self.classes.values().map(|count| count.objects).sum()
    }

    /// How many pages of lists were read.
    pub fn pages(&self) -> u64 {
        self.pages
    }

    /// Whether all objects are counted.
    pub fn is_complete(&self) -> bool {
        self.progress == Progress::Complete
    }

    /// What is to be listed next; [`None`] at the end.
    pub(super) fn next(&self, page_size: usize) -> Result<Option<List>> {
        let list = List::new(self.prefix.clone()).with_limit(page_size)?;
        Ok(match &self.progress {
            Progress::Beginning => Some(list),
            Progress::After(cursor) => Some(list.after(cursor.clone())),
            Progress::Complete => None,
        })
    }

    /// Counts the page that was listed: whole, so that no object is counted twice or left out.
    pub(super) fn take(&mut self, page: Page) {
        page.objects.iter().for_each(|object| self.count(object));
        self.pages += 1;
        self.progress = page.next.map_or(Progress::Complete, Progress::After);
    }

    fn count(&mut self, object: &ObjectMeta) {
        let count = self.classes.entry(object.storage_class).or_default();
        count.objects += 1;
        count.bytes = count.bytes.saturating_add(object.size);
    }
}

/// A checkpoint as text.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    prefix: String,
    /// Absent at the beginning and at the end.
    cursor: Option<String>,
    is_complete: bool,
    began: Option<SystemTime>,
    pages: u64,
    classes: Vec<(Option<StorageClass>, Count)>,
}

impl From<Checkpoint> for Written {
    fn from(checkpoint: Checkpoint) -> Self {
        let is_complete = checkpoint.is_complete();
        let cursor = match checkpoint.progress {
            Progress::After(cursor) => Some(cursor.as_str().to_owned()),
            Progress::Beginning | Progress::Complete => None,
        };
        let Checkpoint { prefix, began, pages, classes, .. } = checkpoint;
        let (prefix, classes) = (prefix.as_str().to_owned(), classes.into_iter().collect());
        Self { prefix, cursor, is_complete, began, pages, classes }
    }
}

impl TryFrom<Written> for Checkpoint {
    type Error = Error;

    fn try_from(written: Written) -> Result<Self> {
        let progress = match (written.cursor, written.is_complete) {
            (_, true) => Progress::Complete,
            (Some(cursor), false) => Progress::After(Cursor::new(cursor)?),
            (None, false) => Progress::Beginning,
        };
        let Written { prefix, began, pages, classes, .. } = written;
        Ok(Self { prefix: Prefix::new(prefix)?, progress, began, pages, classes: classes.into_iter().collect() })
    }
}
