use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;

use crate::key::Key;

/// What events show of an object's key. Keys name people and tenants, so by default: nothing.
///
/// ```
/// use buckets::telemetry::{Dispatcher, KeyPolicy};
///
/// let dispatcher = Dispatcher::builder().key_policy(KeyPolicy::Extension).build();
/// assert!(!dispatcher.set_key_policy(KeyPolicy::Full), "it is set once, for good");
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum KeyPolicy {
    /// Nothing.
    #[default]
    Omit,
    /// A keyed hash: the same key gives the same text within this process, and the text does not
    /// lead back to the key.
    Hash(KeyHasher),
    /// The file name's extension only, such as `.pdf`.
    Extension,
    /// The first so many segments, never the last one.
    Prefix(usize),
    /// The whole key.
    Full,
}

impl KeyPolicy {
    /// [`Hash`](Self::Hash) with a fresh random key.
    pub fn hash() -> Self {
        Self::Hash(KeyHasher::default())
    }
}

/// The randomly keyed SipHash of [`KeyPolicy::Hash`].
#[derive(Clone, Default)]
pub struct KeyHasher(Arc<RandomState>);

impl fmt::Debug for KeyHasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyHasher(…)")
    }
}

/// A key as far as the [`KeyPolicy`] shows it; `Display` is the way to see it.
#[derive(Clone, Copy)]
pub struct ShownKey<'a> {
    key: &'a Key,
    policy: &'a KeyPolicy,
}

impl<'a> ShownKey<'a> {
    /// [`None`] where the policy shows nothing.
    pub(crate) fn new(key: &'a Key, policy: &'a KeyPolicy) -> Option<Self> {
        match policy {
            KeyPolicy::Omit => None,
            KeyPolicy::Extension if key.extension().is_none() => None,
            _ => Some(Self { key, policy }),
        }
    }

    /// The file name, where the policy shows the whole key.
    pub fn filename(&self) -> Option<&'a str> {
        matches!(self.policy, KeyPolicy::Full).then(|| self.key.filename())
    }
}

impl fmt::Display for ShownKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = self.key.as_str();
        match self.policy {
            KeyPolicy::Omit => Ok(()),
            KeyPolicy::Hash(KeyHasher(state)) => {
                let mut hasher = state.build_hasher();
                hasher.write(key.as_bytes());
                write!(f, "{:016x}", hasher.finish())
            }
            KeyPolicy::Extension => write!(f, ".{}", self.key.extension().unwrap_or_default()),
            KeyPolicy::Prefix(segments) => {
                // The last segment is the file's own name and never shown.
                for directory in key.split('/').rev().skip(1).collect::<Vec<_>>().iter().rev().take(*segments) {
                    write!(f, "{directory}/")?;
                }
                f.write_str("…")
            }
            KeyPolicy::Full => f.write_str(key),
        }
    }
}

impl fmt::Debug for ShownKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_policy_shows_what_it_says() {
        let key = Key::new("tenant/anna/cv.pdf").expect("valid");
        let shown = |policy: &KeyPolicy| ShownKey::new(&key, policy).map(|shown| shown.to_string());
        assert_eq!(shown(&KeyPolicy::Omit), None);
        assert_eq!(shown(&KeyPolicy::Full).as_deref(), Some("tenant/anna/cv.pdf"));
        assert_eq!(shown(&KeyPolicy::Extension).as_deref(), Some(".pdf"));
        assert_eq!(shown(&KeyPolicy::Prefix(1)).as_deref(), Some("tenant/…"));
        assert_eq!(shown(&KeyPolicy::Prefix(9)).as_deref(), Some("tenant/anna/…"));
        let (one, two) = (KeyPolicy::hash(), KeyPolicy::hash());
        assert_eq!(shown(&one), shown(&one));
        assert_ne!(shown(&one), shown(&two));
    }
}
