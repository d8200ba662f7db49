//! What a handler keeps for each combination of tags' values that only the events tell.

use std::cell::Cell;
use std::collections::HashMap;
use std::fmt::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arc_swap::ArcSwap;

use crate::telemetry::Event;
use crate::telemetry::catalogue::Tag;

/// Stands between the values in the text by which they are found.
const BETWEEN: char = '\u{1f}';
/// What values are called together for which there is no room.
const OTHER: &str = "other";
/// A value is at most so long; what is longer is cut.
const MOST_CHARS: usize = 128;

/// The names and values of a series' labels, in the order of the metric's tags.
pub(super) type Labels = Box<[(&'static str, Box<str>)]>;

/// Finds a handler's own value by the values of tags. Finding takes no lock and allocates nothing.
pub(super) struct ByTags<T> {
    known: ArcSwap<HashMap<Box<str>, Arc<T>>>,
    /// Whether there was no room for some; then it is not asked for again.
    is_full: AtomicBool,
}

/// Whether there was room for a value of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Room {
    Some,
    None,
}

thread_local! {
    /// Reused, so that looking something up does not allocate.
    static VALUES: Cell<String> = const { Cell::new(String::new()) };
}

impl<T> ByTags<T> {
    /// Calls `with` on what is kept for the values of `tags` in `event`. Where it comes for the first time and
    /// there is `room`, `make` makes it; without room it is that of all for whom there was none.
    pub(super) fn with(
        &self,
        tags: &'static [Tag],
        event: &Event<'_>,
        room: impl FnOnce(&Labels) -> bool,
        make: impl Fn(Labels) -> Arc<T>,
        with: impl FnOnce(&T),
    ) -> Room {
        let mut values = VALUES.take();
        write_values(&mut values, tags, event, false);
        let mut has_room = Room::Some;
        if let Some(known) = self.known.load().get(values.as_str()) {
            with(known);
        } else {
            if self.is_full.load(Ordering::Relaxed) || !room(&labels(tags, &values)) {
                self.is_full.store(true, Ordering::Relaxed);
                has_room = Room::None;
                write_values(&mut values, tags, event, true);
            }
            with(&self.insert(&values, || make(labels(tags, &values))));
        }
        VALUES.set(values);
        has_room
    }

    /// What is kept for these values, made unless another thread was first.
    fn insert(&self, values: &str, make: impl FnOnce() -> Arc<T>) -> Arc<T> {
        if let Some(known) = self.known.load().get(values) {
            return Arc::clone(known);
        }
        let made = make();
        let mut kept = Arc::clone(&made);
        self.known.rcu(|all| {
            let mut all = HashMap::clone(all);
            kept = Arc::clone(all.entry(values.into()).or_insert_with(|| Arc::clone(&made)));
            all
        });
        kept
    }

    /// All that is kept.
    #[cfg(feature = "prometheus")]
    pub(super) fn all(&self) -> Vec<Arc<T>> {
        self.known.load().values().cloned().collect()
    }
}

impl<T> Default for ByTags<T> {
    fn default() -> Self {
        Self { known: ArcSwap::default(), is_full: AtomicBool::new(false) }
    }
}

fn labels(tags: &'static [Tag], values: &str) -> Labels {
    tags.iter().zip(values.split(BETWEEN)).map(|(tag, value)| (tag.as_str(), value.into())).collect()
}

/// Writes the values of `tags`; those from metadata as `other` if they are to be.
fn write_values(out: &mut String, tags: &[Tag], event: &Event<'_>, are_other: bool) {
    out.clear();
    for (position, tag) in tags.iter().enumerate() {
        if position > 0 {
            out.push(BETWEEN);
        }
        match tag {
            Tag::Field(_) if are_other => out.push_str(OTHER),
            tag => {
                if let Some(value) = tag.value(event) {
                    // An error says that the value was cut, or that its `Display` gave up.
                    let _ = write!(Tidy { out, left: MOST_CHARS }, "{value}");
                }
            }
        }
    }
}

/// Writes text of limited length without control characters.
struct Tidy<'a> {
    out: &'a mut String,
    left: usize,
}

impl Write for Tidy<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|c| {
            self.left = self.left.checked_sub(1).ok_or(fmt::Error)?;
            self.out.push(if c.is_control() { '_' } else { c });
            Ok(())
        })
    }
}
