use std::fmt;

use crate::error::{Error, Result};
use crate::key::Prefix;
use crate::operation::ObjectMeta;

/// Lists objects in the order of their keys' bytes, a page at a time. Answered by [`Page`].
///
/// Some stores have another order; they say so in their
/// [capabilities](crate::adapter::Capabilities::ordered_lists).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct List {
    /// What the keys begin with.
    pub prefix: Prefix,
    /// Whether to fold keys with a further `/` behind the prefix into one entry of
    /// [`Page::prefixes`], as a directory listing does.
    pub fold: bool,
    /// The most entries (objects and folded prefixes together) of the page, 1 to 1000.
    pub limit: usize,
    /// Where the page before this one ended.
    pub cursor: Option<Cursor>,
}

impl List {
    /// The most entries of a page.
    pub const MAX_LIMIT: usize = 1000;

    /// Lists every key that begins with `prefix`, up to 1000 a page.
    pub fn new(prefix: Prefix) -> Self {
        Self { prefix, fold: false, limit: Self::MAX_LIMIT, cursor: None }
    }

    /// Folds keys at the next `/`.
    pub fn folded(mut self) -> Self {
        self.fold = true;
        self
    }

    /// Sets the most entries of the page.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) unless it is 1 to 1000.
    pub fn with_limit(mut self, limit: usize) -> Result<Self> {
        if !(1..=Self::MAX_LIMIT).contains(&limit) {
            return Err(Error::invalid("the limit of a list must be 1 to 1000 entries a page"));
        }
        self.limit = limit;
        Ok(self)
    }

    /// Goes on behind an earlier page.
    pub fn after(mut self, cursor: Cursor) -> Self {
        self.cursor = Some(cursor);
        self
    }
}

/// Where a page ended; only good for the same prefix and folding in the same store.
#[derive(Clone, PartialEq, Eq)]
pub struct Cursor(String);

impl Cursor {
    /// Takes what [`as_str`](Self::as_str) gave.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) if it is empty or over 4096 bytes.
    pub fn new(cursor: impl Into<String>) -> Result<Self> {
        let cursor = cursor.into();
        if cursor.is_empty() || cursor.len() > 4096 {
            return Err(Error::invalid("a list cursor must be one that an earlier page gave"));
        }
        Ok(Self(cursor))
    }

    /// The cursor as text, to hand to a client and take back.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cursor({} bytes)", self.0.len())
    }
}

/// The answer to [`List`].
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Page {
    /// The objects of the page. Tag, checksum and attributes may be absent: ask
    /// [`Head`](super::Head) for them.
    pub objects: Vec<ObjectMeta>,
    /// The folded prefixes of the page, each ending in `/`.
    pub prefixes: Vec<String>,
    /// Where to go on, [`None`] at the end.
    pub next: Option<Cursor>,
}

impl Page {
    /// Answers with these entries.
    pub fn new(objects: Vec<ObjectMeta>, prefixes: Vec<String>, next: Option<Cursor>) -> Self {
        Self { objects, prefixes, next }
    }
}
