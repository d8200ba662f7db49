use std::ops::Range;

use crate::body::GetBody;
use crate::key::Key;
use crate::operation::{ByteRange, Condition, ObjectMeta};

/// Fetches an object or a part of it, as a stream. Answered by [`Fetched`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Get {
    /// Which object.
    pub key: Key,
    /// Which part; [`None`] for all.
    pub range: Option<ByteRange>,
    /// When to go ahead; the tag is the one of the whole object.
    pub condition: Condition,
}

impl Get {
    /// Fetches all of `key`.
    pub fn new(key: Key) -> Self {
        Self { key, range: None, condition: Condition::none() }
    }

    /// Fetches only this part.
    pub fn with_range(mut self, range: ByteRange) -> Self {
        self.range = Some(range);
        self
    }

    /// Sets when to go ahead.
    pub fn with_condition(mut self, condition: Condition) -> Self {
        self.condition = condition;
        self
    }
}

/// The answer to [`Get`].
#[derive(Debug)]
#[non_exhaustive]
pub struct Fetched {
    /// The whole object, whichever part was asked for.
    pub meta: ObjectMeta,
    /// The part the body holds, in bytes of the object.
    pub range: Range<u64>,
    /// The content.
    pub body: GetBody,
}

impl Fetched {
    /// Answers with `body`, which holds `range` of the object.
    ///
    /// The body is held to the length of `range`: one that ends sooner fails with
    /// [`Interrupted`](crate::ErrorKind::Interrupted), one that does not end there with
    /// [`Protocol`](crate::ErrorKind::Protocol).
    pub fn new(meta: ObjectMeta, range: Range<u64>, body: GetBody) -> Self {
        let body = body.with_exact_len(range.end.saturating_sub(range.start));
        Self { meta, range, body }
    }
}
