use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, RwLock};

/// The name of an event without its stage: dotted segments such as `buckets.cloud.insert`.
///
/// Names are statics, so that an event is told from another by a number and dispatching needs
/// neither hashing nor comparing of text:
///
/// ```
/// use buckets::telemetry::EventName;
///
/// static UPLOAD: EventName = EventName::new("my_app.storage.upload");
/// assert_eq!(UPLOAD.last_segment(), "upload");
/// ```
///
/// Two statics with the same text are the same event.
pub struct EventName {
    name: &'static str,
    /// Where the last segment begins.
    last: usize,
    /// Zero until first used; then the number in the process-wide table, plus one.
    id: AtomicU32,
}

impl EventName {
    /// A name of one or more segments of `a` to `z`, `0` to `9` and `_`, separated by dots.
    ///
    /// # Panics
    /// On any other text; in a `static` or `const` that is a compile error.
    pub const fn new(name: &'static str) -> Self {
        assert!(is_valid(name), "an event name must be dotted segments of a-z, 0-9 and _");
        Self { name, last: start_of_last_segment(name), id: AtomicU32::new(0) }
    }

    /// The name made of `parent`, a dot and `segment`; the same static for the same text.
    ///
    /// For names only known at run time, such as those of user-defined operations. Each distinct
    /// name is kept for the life of the process, so `segment` must come from a closed set.
    /// Characters that a segment cannot have become `_`.
    pub fn child(parent: &str, segment: &str) -> &'static Self {
        // Looked up by its parts, so that a name that is there costs no allocation.
        if let Some(name) = read(&CHILDREN).of.get(parent).and_then(|children| children.get(segment)) {
            return name;
        }
        let clean = |c: char| if c.is_ascii_lowercase() || c.is_ascii_digit() { c } else { '_' };
        let cleaned: String = segment.to_ascii_lowercase().chars().map(clean).collect();
        let text = format!("{parent}.{cleaned}");
        let mut children = CHILDREN.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        let name = match children.by_text.get(text.as_str()) {
            Some(name) => name,
            None => {
                let text: &'static str = text.leak();
                let name: &'static Self = Box::leak(Box::new(Self::new(text)));
                children.by_text.insert(text, name);
                name
            }
        };
        children.of.entry(parent.into()).or_default().insert(segment.into(), name);
        name
    }

    /// The name, without stage.
    pub const fn as_str(&self) -> &'static str {
        self.name
    }

    /// What stands behind the last dot: the operation of the built-in events.
    #[inline]
    pub const fn last_segment(&self) -> &'static str {
        self.name.split_at(self.last).1
    }

    /// The number of this name in the process, dense from zero: an index for tables of handlers.
    #[inline]
    pub fn id(&self) -> usize {
        match self.id.load(Ordering::Relaxed) {
            0 => self.register(),
            id => id as usize - 1,
        }
    }

    #[cold]
    fn register(&self) -> usize {
        let mut names = NAMES.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        let next = names.list.len();
        let index = *names.by_text.entry(self.name).or_insert(next);
        if index == next {
            names.list.push(self.name);
        }
        self.id.store(index as u32 + 1, Ordering::Relaxed);
        index
    }

    /// All names used so far, by [`id`](Self::id).
    pub(crate) fn registered() -> Vec<&'static str> {
        read(&NAMES).list.clone()
    }
}

#[derive(Default)]
struct Names {
    list: Vec<&'static str>,
    by_text: HashMap<&'static str, usize>,
}

/// The names made at run time.
#[derive(Default)]
struct Children {
    /// By parent and segment as they were given.
    of: HashMap<Box<str>, HashMap<Box<str>, &'static EventName>>,
    /// By the text they came to.
    by_text: HashMap<&'static str, &'static EventName>,
}

static NAMES: LazyLock<RwLock<Names>> = LazyLock::new(RwLock::default);
static CHILDREN: LazyLock<RwLock<Children>> = LazyLock::new(RwLock::default);

fn read<T>(lock: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(std::sync::PoisonError::into_inner)
}

const fn start_of_last_segment(name: &str) -> usize {
    let mut start = name.len();
    while start > 0 && name.as_bytes()[start - 1] != b'.' {
        start -= 1;
    }
    start
}

const fn is_valid(name: &str) -> bool {
    let bytes = name.as_bytes();
    let mut position = 0;
    let mut segment_is_empty = true;
    while position < bytes.len() {
        match bytes[position] {
            b'a'..=b'z' | b'0'..=b'9' | b'_' => segment_is_empty = false,
            b'.' if !segment_is_empty => segment_is_empty = true,
            _ => return false,
        }
        position += 1;
    }
    !segment_is_empty
}

impl PartialEq for EventName {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for EventName {}

impl fmt::Display for EventName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl fmt::Debug for EventName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.name, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_text_is_the_same_event() {
        static ONE: EventName = EventName::new("test.name.same");
        static TWO: EventName = EventName::new("test.name.same");
        static OTHER: EventName = EventName::new("test.name.other");
        assert_eq!(ONE.id(), TWO.id());
        assert_ne!(ONE.id(), OTHER.id());
        assert_eq!(EventName::registered()[ONE.id()], "test.name.same");
        assert!(std::ptr::eq(EventName::child("test.name", "Tag-It"), EventName::child("test.name", "tag_it")));
    }

    #[test]
    fn only_well_formed_names_pass() {
        for name in ["a", "a.b_c.d1"] {
            assert!(is_valid(name));
        }
        for name in ["", ".", "a.", ".a", "a..b", "A", "a b", "a-b"] {
            assert!(!is_valid(name), "{name:?}");
        }
    }
}
