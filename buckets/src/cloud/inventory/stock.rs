use std::fmt;
use std::time::SystemTime;

use super::Checkpoint;
#[cfg(feature = "cost")]
use crate::cost::{PriceSheet, Usd};
use crate::operation::StorageClass;
use crate::text_table;

/// What an [`Inventory`](super::Inventory) has counted. `Display` is a table.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stock {
    /// By class of storage.
    pub classes: Vec<StoredClass>,
    /// How many pages of lists it took, each of which the provider bills.
    pub pages: u64,
    /// When counting began.
    pub began: SystemTime,
    /// When it ended.
    pub ended: SystemTime,
}

/// What is stored in one class of storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredClass {
    /// The class; [`None`] where the store does not tell.
    pub class: Option<StorageClass>,
    /// How many objects.
    pub objects: u64,
    /// How many bytes of content they have.
    pub bytes: u64,
}

impl Stock {
    pub(super) fn of(checkpoint: &Checkpoint, ended: SystemTime) -> Self {
        let stored =
            |class, count: super::checkpoint::Count| StoredClass { class, objects: count.objects, bytes: count.bytes };
        let classes = checkpoint.classes.iter().map(|(class, count)| stored(*class, *count)).collect();
        Self { classes, pages: checkpoint.pages, began: checkpoint.began.unwrap_or(ended), ended }
    }

    /// How many objects there are.
    pub fn objects(&self) -> u64 {
        self.classes.iter().map(|class| class.objects).sum()
    }

    /// How many bytes of content they have.
    pub fn bytes(&self) -> u64 {
        self.classes.iter().map(|class| class.bytes).fold(0, u64::saturating_add)
    }

    /// What it costs to keep all that for a month; see [`StoredClass::monthly_cost`]. Classes without a
    /// price are not in it.
    #[cfg(feature = "cost")]
    pub fn monthly_cost(&self, sheets: &[PriceSheet]) -> Usd {
        self.classes.iter().filter_map(|class| class.monthly_cost(sheets)).sum()
    }
}

impl StoredClass {
    /// The class as a label: `default` where the store does not tell.
    pub fn label(&self) -> &'static str {
        self.class.map_or("default", StorageClass::as_str)
    }

    /// What it costs to keep it for a month: by the sheet for this class, and by the first one where the
    /// store does not tell the class. [`None`] if no sheet is for it.
    #[cfg(feature = "cost")]
    pub fn monthly_cost(&self, sheets: &[PriceSheet]) -> Option<Usd> {
        let sheet = match self.class {
            None => sheets.first(),
            Some(class) => sheets.iter().find(|sheet| sheet.storage_class.eq_ignore_ascii_case(class.as_str())),
        };
        Some(sheet?.storage_per_month(self.bytes))
    }
}

impl fmt::Display for Stock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = |class: &StoredClass| [class.label().to_owned(), class.objects.to_string(), class.bytes.to_string()];
        text_table::write(f, ["class", "objects", "bytes"], self.classes.iter().map(row), |column| column == 0)
    }
}
