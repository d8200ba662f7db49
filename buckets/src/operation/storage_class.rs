use std::collections::BTreeSet;
use std::fmt;
use std::sync::{PoisonError, RwLock};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The class of storage that an object is kept in, in the provider's own word, such as `STANDARD_IA`.
///
/// It becomes a metric label, so there are only so many: a process keeps 64 words of at most 32 letters,
/// digits, `-` and `_` apart, and takes all others for [`OTHER`](Self::OTHER).
///
/// ```
/// use buckets::operation::StorageClass;
///
/// assert_eq!(StorageClass::new("GLACIER_IR").as_str(), "GLACIER_IR");
/// assert_eq!(StorageClass::new("not a word!"), StorageClass::OTHER);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StorageClass(&'static str);

const MOST_WORDS: usize = 64;
const MAX_LEN: usize = 32;

static WORDS: RwLock<BTreeSet<&'static str>> = RwLock::new(BTreeSet::new());

impl StorageClass {
    /// Any class that is not kept apart.
    pub const OTHER: Self = Self("other");

    /// The class of this name.
    pub fn new(name: &str) -> Self {
        if let Some(known) = WORDS.read().unwrap_or_else(PoisonError::into_inner).get(name) {
            return Self(known);
        }
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        if name.is_empty() || name.len() > MAX_LEN || !name.bytes().all(is_word) {
            return Self::OTHER;
        }
        let mut words = WORDS.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = words.get(name) {
            return Self(known);
        }
        if words.len() >= MOST_WORDS {
            return Self::OTHER;
        }
        // Kept for the life of the process: there are only so many.
        let word: &'static str = name.to_owned().leak();
        words.insert(word);
        Self(word)
    }

    /// The provider's word.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for StorageClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

impl fmt::Debug for StorageClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StorageClass({})", self.0)
    }
}

impl Serialize for StorageClass {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

impl<'de> Deserialize<'de> for StorageClass {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::new(&String::deserialize(deserializer)?))
    }
}
